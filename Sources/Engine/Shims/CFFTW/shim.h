/* FFTW 3 (Debian's libfftw3-dev): fftwf_ is single precision, fftw_ double. */
#include <fftw3.h>
