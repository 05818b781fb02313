// SPDX-License-Identifier: Apache-2.0
// Recordings by libsndfile 1.x, read from memory; the declarations follow its manual.
#include "cml_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct access { // SF_VIRTUAL_IO
    int64_t (*length)(void *);
    int64_t (*seek)(int64_t offset, int from, void *);
    int64_t (*read)(void *target, int64_t count, void *);
    int64_t (*write)(const void *source, int64_t count, void *);
    int64_t (*tell)(void *);
};

struct about { // SF_INFO
    int64_t frames;
    int rate, channels, format, sections, is_seekable;
};

struct cml_sndfile {
    void *(*open)(struct access *, int mode, struct about *, void *context);
    int64_t (*read)(void *, float *, int64_t frames);
    int (*error)(void *);
    const char *(*text)(void *);
    int (*close)(void *);
};

static const char *const names[] = {"sf_open_virtual", "sf_readf_float", "sf_error", "sf_strerror", "sf_close"};
_Static_assert(sizeof(struct cml_sndfile) == sizeof names, "a name for each function");

enum { MODE_READ = 16 };

const struct cml_sndfile *cml_load_sndfile(const char *file, struct cml_reason *reason) {
    return cml_load(file, names, sizeof names / sizeof *names, reason);
}

struct cml_sound {
    const struct cml_sndfile *library;
    void *file;
    const uint8_t *bytes;
    int64_t count, place;
};

static int64_t length(void *context) { return ((struct cml_sound *)context)->count; }
static int64_t tell(void *context) { return ((struct cml_sound *)context)->place; }

static int64_t seek(int64_t offset, int from, void *context) {
    struct cml_sound *sound = context;
    int64_t base = from == SEEK_CUR ? sound->place : from == SEEK_END ? sound->count : 0, place;
    if (__builtin_add_overflow(base, offset, &place) || place < 0 || place > sound->count) return -1;
    sound->place = place;
    return place;
}

static int64_t read_bytes(void *target, int64_t count, void *context) {
    struct cml_sound *sound = context;
    int64_t rest = sound->count - sound->place;
    if (count > rest) count = rest;
    if (count <= 0) return 0;
    memcpy(target, sound->bytes + sound->place, (size_t)count);
    sound->place += count;
    return count;
}

static int64_t write_bytes(const void *source, int64_t count, void *context) {
    (void)source, (void)count, (void)context;
    return 0;
}

struct cml_sound *cml_sound_open(
    const struct cml_sndfile *library, const uint8_t *bytes, size_t count, struct cml_format *format,
    struct cml_reason *reason) {
    struct cml_sound *sound = calloc(1, sizeof *sound);
    if (!sound) {
        cml_fail(reason, "there is no memory for it");
        return NULL;
    }
    *sound = (struct cml_sound){.library = library, .bytes = bytes, .count = (int64_t)count};
    struct access access = {length, seek, read_bytes, write_bytes, tell};
    struct about about = {0};
    sound->file = library->open(&access, MODE_READ, &about, sound);
    if (!sound->file) {
        cml_fail(reason, library->text(NULL));
        free(sound);
        return NULL;
    }
    *format = (struct cml_format){about.frames, about.rate, about.channels};
    return sound;
}

int64_t cml_sound_read(struct cml_sound *sound, float *samples, int64_t frames) {
    return sound->library->read(sound->file, samples, frames);
}

int cml_sound_failed(struct cml_sound *sound, struct cml_reason *reason) {
    if (!sound->library->error(sound->file)) return 0;
    return cml_fail(reason, sound->library->text(sound->file));
}

void cml_sound_close(struct cml_sound *sound) {
    sound->library->close(sound->file);
    free(sound);
}
