/* A network of hosts (network namespaces) with a given speed and delay, for kernels without
 * netem: a program between tunnel devices.
 *
 * usage: network GBIT_PER_SECOND DELAY_MS ADDRESS_PREFIX [NAMESPACE ...]
 *
 * Makes the device `net0` in the namespace it runs in (PREFIX.254) and in each namespace
 * given (PREFIX.1, PREFIX.2 …), says "ready", and carries IPv4 packets between them until
 * it is killed. A packet leaves its host when those before it have left, at the given
 * speed, and arrives the delay later: the round trip takes twice the delay. */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { HOSTS = 16, QUEUE = 1024, MTU = 32768 };

typedef struct {
  double arrival; /* seconds */
  int size;
  char bytes[MTU];
} packet;

/* Where packets of one host wait for their arrival; they arrive in order. */
typedef struct {
  int device;
  unsigned first, count;
  double free_from; /* when the last one has left */
  packet *queue;    /* (QUEUE) */
} port;

static port ports[HOSTS];
static int hosts;

static void check(int good, const char *what) {
  if (good) return;
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void configure(const char *prefix, int last) {
  char command[256];
  snprintf(command, sizeof command,
           "ip addr add %s.%d/24 dev net0 && ip link set net0 mtu %d txqueuelen 1000 up",
           prefix, last, MTU);
  check(system(command) == 0, command);
}

/* name NULL: the namespace that this runs in. The device stays where it is made. */
static void open_port(const char *name, const char *prefix, int last) {
  struct ifreq request = {.ifr_name = "net0", .ifr_flags = IFF_TUN | IFF_NO_PI};
  char path[256];
  int home = open("/proc/self/ns/net", O_RDONLY), there = home;
  snprintf(path, sizeof path, "/run/netns/%s", name ? name : "");
  if (name) there = open(path, O_RDONLY);
  check(there >= 0 && setns(there, CLONE_NEWNET) == 0, path);
  port *p = &ports[hosts++];
  p->device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  check(p->device >= 0 && ioctl(p->device, TUNSETIFF, &request) == 0, "/dev/net/tun");
  p->queue = calloc(QUEUE, sizeof *p->queue);
  check(p->queue != NULL, "memory");
  configure(prefix, last);
  check(setns(home, CLONE_NEWNET) == 0, "the own namespace");
}

static void receive(port *p, double bytes_a_second, double delay) {
  while (p->count < QUEUE) {
    packet *next = &p->queue[(p->first + p->count) % QUEUE];
    ssize_t size = read(p->device, next->bytes, MTU);
    if (size <= 0) return;
    double start = now();
    if (start < p->free_from) start = p->free_from;
    p->free_from = start + (double)size / bytes_a_second;
    next->size = (int)size;
    next->arrival = p->free_from + delay;
    p->count++;
  }
}

/* The destination's last byte is at offset 19 of an IPv4 header; 254 is port 0. */
static void deliver(const packet *p) {
  int last = (unsigned char)p->bytes[19], to = last == 254 ? 0 : last;
  if (p->size < 20 || (p->bytes[0] >> 4 & 15) != 4 || to >= hosts) return;
  if (write(ports[to].device, p->bytes, (size_t)p->size) < 0) return; /* lost */
}

/* Delivers what is due; the time of the next packet, or a second from now. */
static double deliver_due(port *p, double next) {
  while (p->count > 0) {
    packet *head = &p->queue[p->first];
    if (head->arrival > now()) return head->arrival < next ? head->arrival : next;
    deliver(head);
    p->first = (p->first + 1) % QUEUE;
    p->count--;
  }
  return next;
}

static void wait_until(double next) {
  struct pollfd polled[HOSTS];
  double left = next - now();
  struct timespec limit = {.tv_nsec = left > 0 ? (long)(left * 999999999) : 0};
  for (int i = 0; i < hosts; i++)
    polled[i] = (struct pollfd){.fd = ports[i].device,
                                .events = ports[i].count < QUEUE ? POLLIN : 0};
  ppoll(polled, (nfds_t)hosts, &limit, NULL);
}

int main(int argc, char **argv) {
  if (argc < 5 || argc - 4 >= HOSTS) {
    fprintf(stderr,
            "usage: network GBIT_PER_SECOND DELAY_MS ADDRESS_PREFIX NAMESPACE ...\n");
    return 64;
  }
  double rate = atof(argv[1]) * 1e9 / 8, delay = atof(argv[2]) / 1000;
  open_port(NULL, argv[3], 254);
  for (int i = 4; i < argc; i++)
    open_port(argv[i], argv[3], i - 3);
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    double next = now() + 1;
    for (int i = 0; i < hosts; i++)
      receive(&ports[i], rate, delay);
    for (int i = 0; i < hosts; i++)
      next = deliver_due(&ports[i], next);
    wait_until(next);
  }
}
