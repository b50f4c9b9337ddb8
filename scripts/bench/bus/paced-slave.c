/*
 * A Modbus RTU slave that is not ours, and the judge of the line: it speaks at the configured speed and measures what the
 * master does to the wire. A pseudo-terminal and a socket carry bytes at once, so the slave keeps the time of the wire itself: a
 * request takes its characters from the arrival of its first byte, and each character of an answer is handed over when
 * its last bit would have passed.
 *
 *   paced-slave <pty | tcp> <baud> <bits a character> <turnaround us> <first unit> <last unit> [dead unit ...]
 *
 * Prints "ready <path or port>", then "write <unit> <address> <first word> <monotonic ns of its first byte>" for each
 * write. Reads commands: "reset" starts to count, "stats" prints one line of JSON. Ends with its standard input.
 * Register <address> of unit <unit> holds unit * 256 + (address mod 256).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int64_t char_ns, silence_ns, turnaround_ns;
static int wire = -1, listener = -1, first_unit, last_unit;
static uint8_t dead[256];

/* What is being heard, and what is being said. */
static uint8_t heard[512], answer[512];
static int heard_bytes, answer_bytes, answer_sent;
static int64_t request_ns, answer_begin_ns, wire_free_ns;

static struct {
  long requests, answers, intervals, too_short, broken;
  int64_t first_ns, last_ns, shortest_ns;
} seen;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Modbus over Serial Line V1.02, 6.2.2. */
static uint16_t crc16(const uint8_t *bytes, int count) {
  uint16_t crc = 0xffff;
  for (int i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

static int request_length(void) {
  if (heard_bytes < 8) return 8;
  return heard[1] == 16 ? 9 + heard[6] : 8;
}

static void plan_answer(int64_t end_ns) {
  int unit = heard[0], function = heard[1], address = heard[2] << 8 | heard[3], count = heard[4] << 8 | heard[5];
  int bytes = 0;
  seen.requests++;
  if (function == 16)
    printf("write %d %d %d %lld\n", unit, address, heard[7] << 8 | heard[8], (long long)request_ns);
  if (unit < first_unit || unit > last_unit || dead[unit]) return;
  answer[bytes++] = unit;
  if ((function == 3 || function == 4) && count >= 1 && count <= 125) {
    answer[bytes++] = function;
    answer[bytes++] = 2 * count;
    for (int i = 0; i < count; i++) {
      answer[bytes++] = unit;
      answer[bytes++] = (address + i) & 0xff;
    }
  } else if (function == 16) {
    memcpy(answer + bytes, heard + 1, 5);
    bytes += 5;
  } else {
    answer[bytes++] = function | 0x80;
    answer[bytes++] = function == 3 || function == 4 ? 3 : 1;
  }
  uint16_t crc = crc16(answer, bytes);
  answer[bytes++] = crc & 0xff;
  answer[bytes++] = crc >> 8;
  answer_bytes = bytes;
  answer_sent = 0;
  answer_begin_ns = end_ns + (turnaround_ns > silence_ns ? turnaround_ns : silence_ns);
}

static void hear(int64_t at_ns) {
  /* A request that does not become whole within t3.5 of its own time on the wire is noise. */
  if (heard_bytes > 0 && at_ns > request_ns + heard_bytes * char_ns + silence_ns) {
    heard_bytes = 0;
    seen.broken++;
  }
  if (heard_bytes == 0) {
    request_ns = at_ns;
    if (wire_free_ns > 0) {
      int64_t interval_ns = answer_bytes ? -1 : at_ns - wire_free_ns;
      seen.intervals++;
      if (interval_ns < silence_ns) seen.too_short++;
      if (interval_ns < seen.shortest_ns) seen.shortest_ns = interval_ns;
    }
    if (seen.first_ns == 0) seen.first_ns = at_ns;
    seen.last_ns = at_ns;
  }
  int got = read(wire, heard + heard_bytes, sizeof heard - heard_bytes);
  if (got <= 0) {
    if (listener >= 0) close(wire), wire = -1;
    heard_bytes = 0;
    return;
  }
  heard_bytes += got;
  answer_bytes = 0; /* the master speaks over our answer */
  wire_free_ns = request_ns + heard_bytes * char_ns;
  if (heard_bytes < request_length()) return;
  int length = request_length();
  if (heard_bytes == length && crc16(heard, length) == 0) plan_answer(wire_free_ns);
  else seen.broken++;
  heard_bytes = 0;
}

static void say(void) {
  int64_t at_ns = now_ns();
  int due = (at_ns - answer_begin_ns) / char_ns;
  if (at_ns < answer_begin_ns || due <= answer_sent) return;
  if (due > answer_bytes) due = answer_bytes;
  if (write(wire, answer + answer_sent, due - answer_sent) < 0) perror("write");
  answer_sent = due;
  if (answer_sent < answer_bytes) return;
  wire_free_ns = now_ns();
  answer_bytes = 0;
  seen.answers++;
}

static void obey(void) {
  char line[64];
  int got = read(0, line, sizeof line - 1);
  if (got <= 0) exit(0);
  line[got] = 0;
  if (!strncmp(line, "reset", 5)) {
    memset(&seen, 0, sizeof seen);
    seen.shortest_ns = INT64_MAX;
  } else if (!strncmp(line, "stats", 5)) {
    double seconds = (seen.last_ns - seen.first_ns) / 1e9;
    printf("{\"requests\":%ld,\"answers\":%ld,\"intervals\":%ld,\"tooShort\":%ld,\"broken\":%ld,"
           "\"shortestMs\":%.3f,\"perSecond\":%.4f}\n",
           seen.requests, seen.answers, seen.intervals, seen.too_short, seen.broken,
           seen.intervals ? seen.shortest_ns / 1e6 : 0.0, seconds > 0 ? (seen.requests - 1) / seconds : 0.0);
  }
}

static void open_wire(const char *kind) {
  if (!strcmp(kind, "tcp")) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&here, size) || listen(listener, 1)) exit(1);
    getsockname(listener, (struct sockaddr *)&here, &size);
    printf("ready %d\n", ntohs(here.sin_port));
    return;
  }
  wire = posix_openpt(O_RDWR | O_NOCTTY);
  if (wire < 0 || grantpt(wire) || unlockpt(wire)) exit(1);
  /* Kept open, so that the end of one master is not the end of the line for the next. */
  int other = open(ptsname(wire), O_RDWR | O_NOCTTY);
  struct termios raw;
  tcgetattr(other, &raw);
  cfmakeraw(&raw);
  tcsetattr(other, TCSANOW, &raw);
  printf("ready %s\n", ptsname(wire));
}

static void take_caller(void) {
  int yes = 1;
  wire = accept(listener, NULL, NULL);
  setsockopt(wire, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  int baud = atoi(argv[2]);
  char_ns = atoi(argv[3]) * 1000000000LL / baud;
  /* Modbus over Serial Line V1.02, 2.5.1.1. */
  silence_ns = baud > 19200 ? 1750000 : char_ns * 7 / 2;
  turnaround_ns = atoi(argv[4]) * 1000LL;
  first_unit = atoi(argv[5]);
  last_unit = atoi(argv[6]);
  for (int i = 7; i < argc; i++) dead[atoi(argv[i]) & 0xff] = 1;
  /* Timers to the microsecond, and before everybody else where we may. */
  prctl(PR_SET_TIMERSLACK, 1);
  sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10});
  setvbuf(stdout, NULL, _IOLBF, 0);
  seen.shortest_ns = INT64_MAX;
  open_wire(argv[1]);
  for (;;) {
    struct pollfd ends[] = {{.fd = 0, .events = POLLIN}, {.fd = wire < 0 ? listener : wire, .events = POLLIN}};
    struct timespec wait = {0, 0};
    if (answer_bytes) {
      int64_t left_ns = answer_begin_ns + (answer_sent + 1) * char_ns - now_ns();
      if (left_ns > 0) wait = (struct timespec){left_ns / 1000000000, left_ns % 1000000000};
    }
    ppoll(ends, 2, answer_bytes ? &wait : NULL, NULL);
    int64_t at_ns = now_ns();
    if (ends[1].revents && wire < 0) take_caller();
    else if (ends[1].revents) hear(at_ns);
    if (answer_bytes) say();
    if (ends[0].revents) obey();
  }
}
