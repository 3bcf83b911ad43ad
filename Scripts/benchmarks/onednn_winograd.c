/* oneDNN's convolutions of 3 × 3 in the layout that it likes best, reorders not counted: what our kernels on row-major
 * planes (`Scripts/bench/run 'conv-*'`) are to be held against. Direct, then Winograd's; milliseconds, the best of eight.
 *
 *   clang -O2 Scripts/benchmarks/onednn_winograd.c -ldnnl -o .build/onednn_winograd && .build/onednn_winograd
 *   ONEDNN_MAX_CPU_ISA=AVX2 .build/onednn_winograd
 */
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Memory of a primitive's operand, filled with small numbers. */
static dnnl_memory_t operand(dnnl_engine_t engine, dnnl_primitive_desc_t primitive, dnnl_query_t query) {
  dnnl_memory_desc_t description = *dnnl_primitive_desc_query_md(primitive, query, 0);
  dnnl_memory_t memory;
  dnnl_memory_create(&memory, &description, engine, DNNL_MEMORY_ALLOCATE);
  void *data;
  dnnl_memory_get_data_handle(memory, &data);
  for (size_t i = 0; i < dnnl_memory_desc_get_size(&description) / 4; i++) ((float *)data)[i] = (float)(i % 7) * 0.1f - 0.3f;
  return memory;
}

static void measure(dnnl_engine_t engine, dnnl_stream_t stream, dnnl_dim_t channels, dnnl_dim_t side, dnnl_alg_kind_t kind) {
  const dnnl_dims_t picture = {1, channels, side, side}, window = {channels, channels, 3, 3}, one = {1, 1};
  dnnl_memory_desc_t x, w;
  dnnl_memory_desc_init_by_tag(&x, 4, picture, dnnl_f32, dnnl_format_tag_any);
  dnnl_memory_desc_init_by_tag(&w, 4, window, dnnl_f32, dnnl_format_tag_any);
  dnnl_convolution_desc_t convolution;
  dnnl_convolution_forward_desc_init(&convolution, dnnl_forward_inference, kind, &x, &w, NULL, &x, one, one, one);
  const char *name = kind == dnnl_convolution_winograd ? "Winograd" : "direct";
  dnnl_primitive_desc_t description;
  if (dnnl_primitive_desc_create(&description, &convolution, NULL, engine, NULL) != dnnl_success) {
    printf("%4ld channels at %3ld², %s: not there\n", (long)channels, (long)side, name);
    return;
  }
  dnnl_primitive_t primitive;
  dnnl_primitive_create(&primitive, description);
  const dnnl_exec_arg_t operands[3] = {{DNNL_ARG_SRC, operand(engine, description, dnnl_query_src_md)},
                                       {DNNL_ARG_WEIGHTS, operand(engine, description, dnnl_query_weights_md)},
                                       {DNNL_ARG_DST, operand(engine, description, dnnl_query_dst_md)}};
  double best = 1e9;
  for (int i = 0; i < 8; i++) {
    const double start = now();
    dnnl_primitive_execute(primitive, stream, 3, operands);
    dnnl_stream_wait(stream);
    const double seconds = now() - start;
    best = seconds < best ? seconds : best;
  }
  printf("%4ld channels at %3ld², %s: %.1f ms\n", (long)channels, (long)side, name, best * 1e3);
}

int main(void) {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_engine_create(&engine, dnnl_cpu, 0);
  dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
  static const int layers[4][2] = {{64, 512}, {128, 256}, {256, 128}, {512, 64}};
  for (int kind = 0; kind < 2; kind++)
    for (int i = 0; i < 4; i++)
      measure(engine, stream, layers[i][0], layers[i][1], kind == 0 ? dnnl_convolution_direct : dnnl_convolution_winograd);
  return 0;
}
