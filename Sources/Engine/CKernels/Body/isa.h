/* One instruction set's table, put together from the parts its other files define. */
#include "base.h"

extern const ck_row NAME(ck_unary_rows)[CK_UNARY_COUNT][CK_TYPES], NAME(ck_binary_rows)[CK_BINARY_COUNT][CK_TYPES],
    NAME(ck_ternary_rows)[CK_TERNARY_COUNT][CK_TYPES], NAME(ck_compare_rows)[CK_COMPARE_COUNT][CK_TYPES],
    NAME(ck_where_rows)[4], NAME(ck_convert_rows)[CK_TYPES][CK_TYPES], NAME(ck_softmax_rows)[2][CK_TYPES];
extern const ck_stage NAME(ck_gathers)[4], NAME(ck_scatters)[4], NAME(ck_transposes)[4];
extern const ck_fold_row NAME(ck_fold_rows)[CK_REDUCE_COUNT][CK_TYPES];
extern const ck_fold_cols NAME(ck_fold_columns)[CK_REDUCE_COUNT][CK_TYPES];
extern const ck_find NAME(ck_finders)[2][CK_TYPES];
extern const ck_gemm_kernel NAME(ck_gemm_kernels)[2];
extern const ck_resample_lines NAME(ck_resamplers)[2];
extern const ck_sample_places NAME(ck_samplers)[2];
extern const ck_attention_kernel NAME(ck_attention_kernels);
extern const ck_winograd_kernels NAME(ck_winograd_table);
extern const ck_winograd_gradient_kernels NAME(ck_winograd_gradient_table);
extern const ck_direct_gradient_kernel NAME(ck_direct_gradient_table);
extern const ck_direct_kernel NAME(ck_direct_table)[];
void NAME(ck_normal16)(int64_t blocks, float *values);
void NAME(ck_philox)(uint64_t seed, uint64_t stream, int64_t first, int64_t blocks, float *out, bool normal);

#define DECLARE(name) void NAME(ck_##name##_row)(const void *plan, int64_t row, void *scratch);
CK_PICTURE_KERNELS(DECLARE)
#define ENTRY(name) NAME(ck_##name##_row),
static const ck_picture_row picture_rows[CK_PICTURE_COUNT] = {CK_PICTURE_KERNELS(ENTRY)};

#define TEXT(x) #x
#define TEXT2(x) TEXT(x)
const ck_table NAME(ck_table) = {
    .name = "v" TEXT2(CK_LEVEL),
    .unary = NAME(ck_unary_rows),
    .binary = NAME(ck_binary_rows),
    .ternary = NAME(ck_ternary_rows),
    .compare = NAME(ck_compare_rows),
    .where = NAME(ck_where_rows),
    .convert = NAME(ck_convert_rows),
    .gather = NAME(ck_gathers),
    .scatter = NAME(ck_scatters),
    .transpose = NAME(ck_transposes),
    .fold_row = NAME(ck_fold_rows),
    .fold_cols = NAME(ck_fold_columns),
    .find = NAME(ck_finders),
    .softmax = NAME(ck_softmax_rows),
    .gemm = NAME(ck_gemm_kernels),
    .resample = NAME(ck_resamplers),
    .sample = NAME(ck_samplers),
    .normal16 = NAME(ck_normal16),
    .philox = NAME(ck_philox),
    .attention = &NAME(ck_attention_kernels),
    .picture = picture_rows,
    .winograd = &NAME(ck_winograd_table),
    .winograd_gradient = &NAME(ck_winograd_gradient_table),
    .direct_gradient = &NAME(ck_direct_gradient_table),
    .direct = NAME(ck_direct_table),
};
