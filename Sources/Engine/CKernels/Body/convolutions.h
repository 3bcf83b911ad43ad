/* What the dispatch side and the kernels of convolutions say to each other. */
#ifndef CK_CONVOLUTION_JOBS_H
#define CK_CONVOLUTION_JOBS_H
#include "../Dispatch/include/convolutions.h"

typedef struct {
  int64_t out_channels, in_channels;
  const float *w;
} ck_winograd_weights_job;

typedef struct {
  const ck_winograd *plan;
  const float *x, *ready;
  ck_epilogue end;
  float *y;
  int64_t wide, across, down; /* tiles side by side in a group; groups side by side and one below the other */
  int64_t panels, chunk;      /* panels of tiles and output channels that are multiplied at a time */
  int64_t step;               /* from frequency to frequency of transformed tiles */
} ck_winograd_job;

typedef struct {
  int64_t rows, vectors; /* of the register tile: output channels, groups of 16 tiles */
  void (*weights)(const ck_winograd_weights_job *w, int64_t block, float *ready);
  void (*transform)(const ck_winograd_job *job, int64_t group, float *v, int64_t step);
  /* v: of group `first`; m: scratch. */
  void (*products)(const ck_winograd_job *job, const float *v, int64_t first, int64_t groups, int64_t from, int64_t to,
                   float *m);
} ck_winograd_kernels;

/* Tiles side by side that are transformed at a time, at most. */
enum { CK_WINOGRAD_RUN = 16 };

typedef struct {
  const ck_winograd *plan;
  const float *x, *dy;
  int64_t across, down, runs, run; /* tiles of a picture; runs side by side, and tiles of each (the last: the rest) */
  int64_t channel;                 /* the first output channel that is worked on */
  int64_t first, room;             /* the first tile that is transformed, and places for tiles in a panel */
  float *v, *u;                    /* x and dy transformed: [frequency][panel of 16 channels][tile][16] */
  float *m;                        /* sums of products: [frequency][output channel][input channel, rounded up to 16] */
  int64_t v_step, u_step, m_step;  /* from frequency to frequency */
} ck_winograd_gradient_job;

typedef struct {
  void (*inputs)(const ck_winograd_gradient_job *job, int64_t run, int64_t panel);
  void (*outputs)(const ck_winograd_gradient_job *job, int64_t run, int64_t panel);
  void (*products)(const ck_winograd_gradient_job *job, int64_t frequency, int64_t from, int64_t to, int64_t tiles,
                   bool add);
  void (*back)(const ck_winograd_gradient_job *job, int64_t channel, float *dw);
} ck_winograd_gradient_kernels;

typedef struct {
  const ck_direct *plan;
  const float *x, *ready;
  ck_epilogue end;
  float *y;
  int64_t across, down, band, width; /* bands of the output: how many, and rows and columns of each */
  int64_t lines, length;             /* of a channel as it is laid out: rows, and columns of one phase */
  int64_t depth, ready_step;         /* taps of all channels; elements of a group's ready weights */
  const int64_t *offsets;            /* of every tap from a result's first */
} ck_direct_job;

typedef struct {
  int64_t rows, columns; /* of the register tile: output channels, pixels */
  void (*band)(const ck_direct_job *job, int64_t task, float *stage);
} ck_direct_kernel;

typedef struct {
  const ck_direct *plan;
  const float *x, *dy;
  int64_t across, down, band, width; /* as of ck_direct_job */
  int64_t lines, length;
  int64_t depth;          /* taps of all channels of a group */
  const int64_t *offsets; /* of the taps of the channels that are worked on at a time from a result's first */
} ck_direct_gradient_job;

/* Some windows of one group: the first channels of input and output and how many, and the place of the first tap. */
typedef struct {
  int64_t input, inputs, output, outputs, first;
} ck_direct_gradient_part;

typedef struct {
  int64_t rows; /* output channels of the register tile */
  void (*band)(const ck_direct_gradient_job *job, int64_t band, const ck_direct_gradient_part *part, float *stage,
               float *sums);
} ck_direct_gradient_kernel;
#endif
