// SPDX-License-Identifier: Apache-2.0
// JPEG by TurboJPEG 2.x's interface; the declarations follow its manual.
#include "cml_load.h"

struct cml_jpeg {
    void *(*init)(void);
    int (*header)(void *, const unsigned char *, unsigned long, int *width, int *height, int *subsampling, int *space);
    int (*decompress)(
        void *, const unsigned char *, unsigned long, unsigned char *pixels, int width, int pitch, int height, int format,
        int flags);
    char *(*error)(void *);
    int (*destroy)(void *);
};

static const char *const names[] = {
    "tjInitDecompress", "tjDecompressHeader3", "tjDecompress2", "tjGetErrorStr2", "tjDestroy",
};
_Static_assert(sizeof(struct cml_jpeg) == sizeof names, "a name for each function");

enum {
    FORMAT_RGB = 0,              // TJPF_RGB
    FLAG_STOP_ON_WARNING = 8192, // damaged data is a warning there, an error here
    FLAG_LIMIT_SCANS = 32768,    // 500 scans at most: each passes over the whole picture
};

const struct cml_jpeg *cml_load_jpeg(const char *file, struct cml_reason *reason) {
    return cml_load(file, names, sizeof names / sizeof *names, reason);
}

int cml_jpeg_size(
    const struct cml_jpeg *jpeg, const uint8_t *bytes, size_t count, struct cml_size *size, struct cml_reason *reason) {
    void *handle = jpeg->init();
    if (!handle) return cml_fail(reason, "there is no memory for a decoder");
    int subsampling, space, status = jpeg->header(handle, bytes, count, &size->width, &size->height, &subsampling, &space);
    size->has_alpha = 0;
    if (status) cml_fail(reason, jpeg->error(handle));
    jpeg->destroy(handle);
    return status;
}

int cml_jpeg_decode(
    const struct cml_jpeg *jpeg, const uint8_t *bytes, size_t count, struct cml_size size, uint8_t *pixels,
    struct cml_reason *reason) {
    void *handle = jpeg->init();
    if (!handle) return cml_fail(reason, "there is no memory for a decoder");
    int status = jpeg->decompress(
        handle, bytes, count, pixels, size.width, size.width * 3, size.height, FORMAT_RGB,
        FLAG_STOP_ON_WARNING | FLAG_LIMIT_SCANS);
    if (status) cml_fail(reason, jpeg->error(handle));
    jpeg->destroy(handle);
    return status;
}
