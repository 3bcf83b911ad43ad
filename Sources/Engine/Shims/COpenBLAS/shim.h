/* The LAPACK routines that the engine calls. OpenBLAS (Debian's libopenblas0) is opened when it is first needed and not
 * linked (see LapackLibrary.swift), so a routine here is the type of its address and a function that calls it with
 * plain arguments: Fortran passes everything by address and adds the lengths of texts at the end. Matrices are
 * column-major; `void *` stands for float or double, by the routine's name. Each call returns the routine's INFO. */
#ifndef ATELIER_OPENBLAS_H
#define ATELIER_OPENBLAS_H
#include <stddef.h>
#include <stdint.h>

/* openblas_set_num_threads. */
typedef void (*openblas_threads)(int threads);

typedef const int32_t *lapack_in;

typedef void (*lapack_potrf)(const char *, lapack_in, void *, lapack_in, int32_t *, size_t);
static inline int32_t lapack_call_potrf(lapack_potrf routine, char uplo, int32_t n, void *a, int32_t lda) {
  int32_t info = 0;
  routine(&uplo, &n, a, &lda, &info, 1);
  return info;
}

typedef void (*lapack_gelqf)(
    lapack_in, lapack_in, void *, lapack_in, void *, void *, lapack_in, int32_t *);
static inline int32_t lapack_call_gelqf(
    lapack_gelqf routine, int32_t m, int32_t n, void *a, int32_t lda, void *tau, void *work, int32_t lwork) {
  int32_t info = 0;
  routine(&m, &n, a, &lda, tau, work, &lwork, &info);
  return info;
}

typedef void (*lapack_orglq)(
    lapack_in, lapack_in, lapack_in, void *, lapack_in, const void *, void *, lapack_in, int32_t *);
static inline int32_t lapack_call_orglq(
    lapack_orglq routine, int32_t m, int32_t n, int32_t k, void *a, int32_t lda, const void *tau, void *work,
    int32_t lwork) {
  int32_t info = 0;
  routine(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
  return info;
}

typedef void (*lapack_gesdd)(
    const char *, lapack_in, lapack_in, void *, lapack_in, void *, void *, lapack_in, void *, lapack_in, void *,
    lapack_in, int32_t *, int32_t *, size_t);
static inline int32_t lapack_call_gesdd(
    lapack_gesdd routine, char job, int32_t m, int32_t n, void *a, int32_t lda, void *s, void *u, int32_t ldu, void *vt,
    int32_t ldvt, void *work, int32_t lwork, int32_t *iwork) {
  int32_t info = 0;
  routine(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info, 1);
  return info;
}

typedef void (*lapack_syevd)(
    const char *, const char *, lapack_in, void *, lapack_in, void *, void *, lapack_in, int32_t *, lapack_in,
    int32_t *, size_t, size_t);
static inline int32_t lapack_call_syevd(
    lapack_syevd routine, char job, char uplo, int32_t n, void *a, int32_t lda, void *w, void *work, int32_t lwork,
    int32_t *iwork, int32_t liwork) {
  int32_t info = 0;
  routine(&job, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info, 1, 1);
  return info;
}

typedef void (*lapack_getrf)(lapack_in, lapack_in, void *, lapack_in, int32_t *, int32_t *);
static inline int32_t lapack_call_getrf(
    lapack_getrf routine, int32_t m, int32_t n, void *a, int32_t lda, int32_t *pivots) {
  int32_t info = 0;
  routine(&m, &n, a, &lda, pivots, &info);
  return info;
}

typedef void (*lapack_getrs)(
    const char *, lapack_in, lapack_in, const void *, lapack_in, const int32_t *, void *, lapack_in, int32_t *, size_t);
static inline int32_t lapack_call_getrs(
    lapack_getrs routine, char trans, int32_t n, int32_t columns, const void *lu, int32_t ldlu, const int32_t *pivots,
    void *b, int32_t ldb) {
  int32_t info = 0;
  routine(&trans, &n, &columns, lu, &ldlu, pivots, b, &ldb, &info, 1);
  return info;
}
#endif
