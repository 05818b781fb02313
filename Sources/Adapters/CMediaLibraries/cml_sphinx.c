// SPDX-License-Identifier: Apache-2.0
// Speech by PocketSphinx, as Debian has it (0.8+5prealpha); the declarations follow its manual.
#include "cml_load.h"

#include <stddef.h>

struct cml_sphinx {
    const void *(*arguments)(void);
    void *configure; // cmd_ln_init, which takes any number of arguments
    int (*configuration_free)(void *);
    void *(*make)(void *configuration);
    int (*free)(void *);
    int (*start)(void *);
    int (*process)(void *, const int16_t *, size_t count, int no_search, int is_whole);
    int (*end)(void *);
    void *(*segments)(void *);
    void *(*next)(void *segment);
    const char *(*word)(void *segment);
    void (*frames)(void *segment, int *first, int *last);
    int32_t (*probability)(void *segment, int32_t *acoustic, int32_t *language, int32_t *backoff);
    void *(*logarithms)(void *);
    double (*exponential)(void *logarithms, int value);
    void (*set_log)(void *function, void *context);
    int (*set_log_file)(void *file);
};

static const char *const names[] = {
    "ps_args", "cmd_ln_init", "cmd_ln_free_r", "ps_init", "ps_free", "ps_start_utt", "ps_process_raw", "ps_end_utt",
    "ps_seg_iter", "ps_seg_next", "ps_seg_word", "ps_seg_frames", "ps_seg_prob", "ps_get_logmath", "logmath_exp",
    "err_set_callback", "err_set_logfp",
};
_Static_assert(sizeof(struct cml_sphinx) == sizeof names, "a name for each function");

const struct cml_sphinx *cml_load_sphinx(const char *file, struct cml_reason *reason) {
    struct cml_sphinx *sphinx = cml_load(file, names, sizeof names / sizeof *names, reason);
    if (sphinx) { // it tells much of what it does on stderr
        sphinx->set_log(NULL, NULL);
        sphinx->set_log_file(NULL);
    }
    return sphinx;
}

struct cml_decoder *cml_decoder_make(const struct cml_sphinx *sphinx, struct cml_speech_model model) {
    void *(*configure)(void *, const void *, int, ...) = sphinx->configure;
    void *configuration = configure(
        NULL, sphinx->arguments(), 1, "-hmm", model.acoustic, "-lm", model.language, "-dict", model.dictionary,
        // One pass over words, of each second frame: half the time of the usual two, and on the comparison's speech fewer mistakes.
        // Of each frame the 3,000 best states are followed, a tenth of the usual bound: half of that time again, and the same words.
        "-fwdflat", "no", "-ds", "2", "-maxhmmpf", "3000", NULL);
    if (!configuration) return NULL;
    void *decoder = sphinx->make(configuration);
    sphinx->configuration_free(configuration);
    return decoder;
}

void cml_decoder_free(const struct cml_sphinx *sphinx, struct cml_decoder *decoder) {
    if (decoder) sphinx->free(decoder);
}

int cml_decoder_start(const struct cml_sphinx *sphinx, struct cml_decoder *decoder) { return sphinx->start(decoder); }

int cml_decoder_process(
    const struct cml_sphinx *sphinx, struct cml_decoder *decoder, const int16_t *samples, size_t count, int is_whole) {
    return sphinx->process(decoder, samples, count, 0, is_whole);
}

int cml_decoder_end(const struct cml_sphinx *sphinx, struct cml_decoder *decoder) { return sphinx->end(decoder); }

void cml_decoder_words(
    const struct cml_sphinx *sphinx, struct cml_decoder *decoder, void *context,
    void (*each)(void *context, struct cml_word)) {
    for (void *segment = sphinx->segments(decoder); segment; segment = sphinx->next(segment)) {
        struct cml_word word = {.text = sphinx->word(segment)};
        int32_t acoustic, language, backoff;
        sphinx->frames(segment, &word.first_frame, &word.last_frame);
        int32_t probability = sphinx->probability(segment, &acoustic, &language, &backoff);
        word.probability = sphinx->exponential(sphinx->logarithms(decoder), probability);
        each(context, word);
    }
}
