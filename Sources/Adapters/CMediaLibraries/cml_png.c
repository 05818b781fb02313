// SPDX-License-Identifier: Apache-2.0
// PNG by libpng 1.6's simplified interface; the declarations follow its manual.
#include "cml_load.h"

#include <string.h>

struct image { // png_image
    void *control;
    uint32_t version, width, height, format, flags, colours, warning_or_error;
    char message[64];
};

struct cml_png {
    int (*begin)(struct image *, const void *bytes, size_t count);
    int (*finish)(struct image *, const void *background, void *pixels, int32_t stride, void *colours);
    void (*free)(struct image *);
};

static const char *const names[] = {
    "png_image_begin_read_from_memory", "png_image_finish_read", "png_image_free",
};
_Static_assert(sizeof(struct cml_png) == sizeof names, "a name for each function");

enum { VERSION = 1, FLAG_ALPHA = 1, FORMAT_RGB = 2, FORMAT_RGBA = 3, KIND = 3, ERROR = 2 };

const struct cml_png *cml_load_png(const char *file, struct cml_reason *reason) {
    return cml_load(file, names, sizeof names / sizeof *names, reason);
}

static int begin(
    const struct cml_png *png, const uint8_t *bytes, size_t count, struct image *image, struct cml_reason *reason) {
    memset(image, 0, sizeof *image);
    image->version = VERSION;
    if (png->begin(image, bytes, count)) return 0;
    cml_fail(reason, image->message);
    png->free(image);
    return -1;
}

int cml_png_size(
    const struct cml_png *png, const uint8_t *bytes, size_t count, struct cml_size *size, struct cml_reason *reason) {
    struct image image;
    if (begin(png, bytes, count, &image, reason)) return -1;
    int fits = image.width <= INT32_MAX && image.height <= INT32_MAX;
    size->width = fits ? (int32_t)image.width : INT32_MAX;
    size->height = fits ? (int32_t)image.height : INT32_MAX;
    size->has_alpha = (image.format & FLAG_ALPHA) != 0;
    png->free(&image);
    return 0;
}

int cml_png_decode(
    const struct cml_png *png, const uint8_t *bytes, size_t count, struct cml_size size, uint8_t *pixels,
    struct cml_reason *reason) {
    struct image image;
    if (begin(png, bytes, count, &image, reason)) return -1;
    int is_same = image.width == (uint32_t)size.width && image.height == (uint32_t)size.height;
    image.format = size.has_alpha ? FORMAT_RGBA : FORMAT_RGB;
    if (!is_same || !png->finish(&image, NULL, pixels, 0, NULL) || (image.warning_or_error & KIND) >= ERROR) {
        cml_fail(reason, is_same ? image.message : "its size changed");
        png->free(&image);
        return -1;
    }
    png->free(&image);
    return 0;
}
