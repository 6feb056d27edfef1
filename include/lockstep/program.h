/* What this program is made of: its own bytes and its C library, on which the bits of a run
 * depend. */
#ifndef LOCKSTEP_PROGRAM_H
#define LOCKSTEP_PROGRAM_H

#include "lockstep/linkage.h"

LK_C_BEGIN

/* The XXH3-128 of the executable's file as 32 hexadecimal digits, the same wherever the
 * file lies; "unreadable" where the system does not let it be read. Owned by the library.
 * Not collective. */
const char *lk_program_hash(void);

/* "glibc 2.36": its libmvec computes exp and erf. "another C library" where it has no
 * version. Owned by the library. Not collective. */
const char *lk_program_libc(void);

/* "gcc 12.2.0". */
const char *lk_program_compiler(void);

/* The other libraries of this layer: "xxHash 0.8.1, utf8proc 2.8.0, OpenSSL 3.0.16". Owned
 * by the library. Not collective. */
const char *lk_program_libraries(void);

LK_C_END

#endif
