// SPDX-License-Identifier: Apache-2.0
#ifndef CMEDIALIBRARIES_H
#define CMEDIALIBRARIES_H

#include <stddef.h>
#include <stdint.h>

/// Why something failed, as a text that ends with zero.
struct cml_reason {
    char text[200];
};

/// A picture's size in pixels, and whether its pixels may be transparent.
struct cml_size {
    int32_t width;
    int32_t height;
    int32_t has_alpha;
};

/// What a recording declares of itself.
struct cml_format {
    int64_t frames;
    int32_t rate;
    int32_t channels;
};

/// TurboJPEG (libturbojpeg), loaded.
struct cml_jpeg;
/// libpng's simplified interface, loaded.
struct cml_png;
/// libsndfile, loaded.
struct cml_sndfile;
/// PocketSphinx, loaded.
struct cml_sphinx;

/// Load a library from a file; it stays loaded. They return NULL and the reason where that is not possible.
const struct cml_jpeg *_Nullable cml_load_jpeg(const char *_Nonnull file, struct cml_reason *_Nonnull);
const struct cml_png *_Nullable cml_load_png(const char *_Nonnull file, struct cml_reason *_Nonnull);
const struct cml_sndfile *_Nullable cml_load_sndfile(const char *_Nonnull file, struct cml_reason *_Nonnull);
const struct cml_sphinx *_Nullable cml_load_sphinx(const char *_Nonnull file, struct cml_reason *_Nonnull);

/// Reads a JPEG's size from its header; 0 for success.
int cml_jpeg_size(
    const struct cml_jpeg *_Nonnull, const uint8_t *_Nonnull bytes, size_t count, struct cml_size *_Nonnull,
    struct cml_reason *_Nonnull);

/// Decodes a JPEG into three bytes a pixel (red, green, blue); 0 for success, also not where the data is damaged.
int cml_jpeg_decode(
    const struct cml_jpeg *_Nonnull, const uint8_t *_Nonnull bytes, size_t count, struct cml_size,
    uint8_t *_Nonnull pixels, struct cml_reason *_Nonnull);

/// Reads a PNG's size from its header; 0 for success.
int cml_png_size(
    const struct cml_png *_Nonnull, const uint8_t *_Nonnull bytes, size_t count, struct cml_size *_Nonnull,
    struct cml_reason *_Nonnull);

/// Decodes a PNG into three bytes a pixel, four where it has alpha (red, green, blue, alpha); 0 for success.
int cml_png_decode(
    const struct cml_png *_Nonnull, const uint8_t *_Nonnull bytes, size_t count, struct cml_size,
    uint8_t *_Nonnull pixels, struct cml_reason *_Nonnull);

/// A recording that is read from memory.
struct cml_sound;

/// Opens a recording; the bytes must stay until it is closed. NULL and the reason where it is none.
struct cml_sound *_Nullable cml_sound_open(
    const struct cml_sndfile *_Nonnull, const uint8_t *_Nonnull bytes, size_t count, struct cml_format *_Nonnull,
    struct cml_reason *_Nonnull);
/// Reads at most so many frames, each of a sample a channel from -1 to 1; how many there were, 0 at the end.
int64_t cml_sound_read(struct cml_sound *_Nonnull, float *_Nonnull samples, int64_t frames);
/// Whether reading failed.
int cml_sound_failed(struct cml_sound *_Nonnull, struct cml_reason *_Nonnull);
/// Closes it.
void cml_sound_close(struct cml_sound *_Nonnull);

/// What recognises speech; one recording at a time.
struct cml_decoder;

/// A word that was heard; frames are a hundredth of a second.
struct cml_word {
    const char *_Nullable text; // until the decoder's next call
    int32_t first_frame;
    int32_t last_frame;
    double probability;
};

/// The files of a model of speech.
struct cml_speech_model {
    const char *_Nonnull acoustic;   // -hmm
    const char *_Nonnull language;   // -lm
    const char *_Nonnull dictionary; // -dict
};

/// Makes a decoder; NULL where the model cannot be read.
struct cml_decoder *_Nullable cml_decoder_make(const struct cml_sphinx *_Nonnull, struct cml_speech_model);
/// Frees it.
void cml_decoder_free(const struct cml_sphinx *_Nonnull, struct cml_decoder *_Nullable);
/// Starts an utterance; 0 for success.
int cml_decoder_start(const struct cml_sphinx *_Nonnull, struct cml_decoder *_Nonnull);
/// Takes samples at 16,000 a second; below 0 where that failed. `is_whole` where they are all of the utterance.
int cml_decoder_process(
    const struct cml_sphinx *_Nonnull, struct cml_decoder *_Nonnull, const int16_t *_Nonnull samples, size_t count,
    int is_whole);
/// Ends the utterance; 0 for success.
int cml_decoder_end(const struct cml_sphinx *_Nonnull, struct cml_decoder *_Nonnull);
/// Calls for each word of the utterance that ended, silences and noises included.
void cml_decoder_words(
    const struct cml_sphinx *_Nonnull, struct cml_decoder *_Nonnull, void *_Nullable context,
    void (*_Nonnull each)(void *_Nullable context, struct cml_word));

#endif
