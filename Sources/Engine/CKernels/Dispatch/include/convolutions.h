/* Convolutions over dense planes of f32 in row-major order, by our own kernels: Winograd's for windows of 3 × 3. */
#ifndef CK_CONVOLUTIONS_H
#define CK_CONVOLUTIONS_H
#include <stdbool.h>
#include <stdint.h>

/* What stands outside a picture. */
enum { CK_PAD_ZEROS = 0, CK_PAD_REFLECT = 1, CK_PAD_REPLICATE = 2 };

/* What is done to a result while it is at hand: bias [out_channels] (or NULL) is added, and what is negative becomes 0. */
typedef struct {
  const float *bias;
  bool rectified;
} ck_epilogue;

/* A convolution of windows of 3 × 3 with a stride of 1. */
typedef struct {
  int64_t batch, in_channels, out_channels, in_height, in_width, out_height, out_width, pad_top, pad_left;
  int32_t outside; /* CK_PAD_… */
  bool turned;     /* the gradient of an input: the weights are w[in][out][3][3], with windows by half a turn */
} ck_winograd;

/* The elements of weights that are made ready for the kernels in use. */
int64_t ck_winograd_weights_count(int64_t out_channels, int64_t in_channels);
/* Makes weights w[out][in][3][3] ready, for the forward pass and for the gradient of the input. */
void ck_winograd_weights(int64_t out_channels, int64_t in_channels, const float *w, float *ready);
/* Elements of scratch memory that the forward pass takes (with the threads there are now). */
int64_t ck_winograd_scratch(const ck_winograd *p);
/* y[N,out,oH,oW] from x[N,in,H,W] and ready weights; scratch on a boundary of 64 bytes. Same bytes on any number of
 * threads. */
void ck_winograd_forward(const ck_winograd *p, const float *x, const float *ready, const ck_epilogue *end, float *y,
                         float *scratch);

/* Elements of scratch memory that the gradient of the weights takes. */
int64_t ck_winograd_gradient_scratch(const ck_winograd *p);
/* dw[out,in,3,3] from x and dy[N,out,oH,oW]; scratch on a boundary of 64 bytes. Same bytes on any number of threads. */
void ck_winograd_gradient(const ck_winograd *p, const float *x, const float *dy, float *dw, float *scratch);

/* A convolution of any windows. */
typedef struct {
  int64_t batch, groups, in_channels, out_channels, in_height, in_width, out_height, out_width;
  int64_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;
  int32_t outside; /* CK_PAD_… */
} ck_direct;
/* As ck_winograd_… of the same names. w[out][in/groups][kH][kW] by the steps of out and in; where windows are turned, the
 * groups' channels of w are exchanged too. */
int64_t ck_direct_weights_count(const ck_direct *p);
void ck_direct_weights(const ck_direct *p, const float *w, int64_t out_step, int64_t in_step, bool turned, float *ready);
int64_t ck_direct_scratch(const ck_direct *p);
void ck_direct_forward(const ck_direct *p, const float *x, const float *ready, const ck_epilogue *end, float *y,
                       float *scratch);
/* As ck_winograd_gradient… */
int64_t ck_direct_gradient_scratch(const ck_direct *p);
void ck_direct_gradient(const ck_direct *p, const float *x, const float *dy, float *dw, float *scratch);
#endif
