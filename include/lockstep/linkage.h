/* What lets C++ include the headers. Every one but this and config_keys.h, which declares
 * no function, has its declarations between the two. */
#ifndef LOCKSTEP_LINKAGE_H
#define LOCKSTEP_LINKAGE_H

#ifdef __cplusplus
#define LK_C_BEGIN  extern "C" {
#define LK_C_END    }
#define LK_NORETURN [[noreturn]]
#else
#define LK_C_BEGIN
#define LK_C_END
#define LK_NORETURN _Noreturn
#endif

#endif
