/* oneDNN 2.6 (Debian's libdnnl-dev): plain C, no pkg-config file. */
#include <oneapi/dnnl/dnnl.h>
