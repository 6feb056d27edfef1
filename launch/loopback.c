/* To be preloaded into mpirun where all ranks are on one machine: what would listen on all
 * of the machine's interfaces listens on the loopback one. mpirun waits there for daemons
 * of other hosts, which there are none of, but a stranger's first bytes hold it up; Open
 * MPI has no setting against it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

/* An address of its own, since the caller's is constant. Anything but "all interfaces"
 * stays. */
static void turn_inward(struct sockaddr_storage *address) {
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  if (address->ss_family == AF_INET && four->sin_addr.s_addr == htonl(INADDR_ANY))
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else if (address->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr))
    six->sin6_addr = in6addr_loopback;
}

int bind(int fd, const struct sockaddr *address, socklen_t size) {
  struct sockaddr_storage inward = {0};
  bind_function *next;
  *(void **)&next = dlsym(RTLD_NEXT, "bind");
  if (size > sizeof inward) return next(fd, address, size);
  memcpy(&inward, address, size);
  turn_inward(&inward);
  return next(fd, (struct sockaddr *)&inward, size);
}
