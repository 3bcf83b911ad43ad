/* Expands BODY for the integer types (no include guard: included once per family of kernels). */
#define T int64_t
#define TAG i64
#define U uint64_t
#define TMIN INT64_MIN
#define TMAX INT64_MAX
BODY
#undef T
#undef TAG
#undef U
#undef TMIN
#undef TMAX
#define T int32_t
#define TAG i32
#define U uint32_t
#define TMIN INT32_MIN
#define TMAX INT32_MAX
BODY
#undef T
#undef TAG
#undef U
#undef TMIN
#undef TMAX
#define T int16_t
#define TAG i16
#define U uint32_t
#define TMIN INT16_MIN
#define TMAX INT16_MAX
BODY
#undef T
#undef TAG
#undef U
#undef TMIN
#undef TMAX
#define T int8_t
#define TAG i8
#define U uint32_t
#define TMIN INT8_MIN
#define TMAX INT8_MAX
BODY
#undef T
#undef TAG
#undef U
#undef TMIN
#undef TMAX
#define T uint8_t
#define TAG u8
#define U uint32_t
#define TMIN 0
#define TMAX UINT8_MAX
BODY
#undef T
#undef TAG
#undef U
#undef TMIN
#undef TMAX
