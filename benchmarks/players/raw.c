/* The limit of the machine: a NATS client that is nothing but its sockets. C99 and POSIX; whatever goes wrong ends it.

   raw echo      URL SUBJECT                           answers every request with what it says
   raw asker     URL SUBJECT SECONDS_MAX               a turn "COUNT IN_FLIGHT": asks, and checks every answer
   raw publisher URL SUBJECT SECONDS_MAX CONNECTIONS   a turn "ROUNDS EVENTS": so many on each connection in a round
   raw listener  URL SUBJECT                           tells that it heard a round; a turn: what it heard since the last

   It is played as benchmarks/playing.py says, and like the players in Python of the same names. */

#define _POSIX_C_SOURCE 200809L
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (256 * 1024)
#define CONNECTIONS_MAX 64
#define COUNT_MAX 1000000
#define PAYLOAD_BYTES 128
#define CONNECT_NS_MAX 10000000000u

struct connection {
    int socket;
    bool confirmed;
    size_t in_size, out_size;
    char in[BUFFER_BYTES], out[BUFFER_BYTES];
};

struct message {
    const char *subject, *reply, *payload;
    size_t size;
};

/* As benchmarks/players/events.py packs it. */
struct event {
    uint64_t sent_ns;
    uint32_t round, number, of;
};

static struct connection connections[CONNECTIONS_MAX];
static int connection_count;
static void (*hear)(struct connection *, const struct message *);

static void fail(const char *why) {
    fprintf(stderr, "raw: %s\n", why);
    exit(1);
}

/* This clock is the machine's, so that one process may subtract what another has stamped. */
static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What has been put together goes out in one call: a packet for each message would not be the limit. */
static void flush_out(struct connection *to) {
    for (size_t sent = 0; sent < to->out_size;) {
        ssize_t size = send(to->socket, to->out + sent, to->out_size - sent, 0);
        if (size <= 0) fail("the connection was lost");
        sent += (size_t)size;
    }
    to->out_size = 0;
}

static void put(struct connection *to, const void *bytes, size_t size) {
    if (size > BUFFER_BYTES) fail("this is larger than the buffer");
    if (to->out_size + size > BUFFER_BYTES) flush_out(to);
    memcpy(to->out + to->out_size, bytes, size);
    to->out_size += size;
}

static void put_text(struct connection *to, const char *text) { put(to, text, strlen(text)); }

static void put_message(struct connection *to, const char *at, const char *reply, const void *bytes, size_t size) {
    char line[1024];
    snprintf(line, sizeof line, "PUB %s %s %zu\r\n", at, reply, size);
    put_text(to, line);
    put(to, bytes, size);
    put_text(to, "\r\n");
}

/* "MSG subject number [reply] size", and the payload behind it. */
static void take_message(struct connection *from, char *line, const char *payload, size_t size) {
    char *words[5] = {0}, *rest = NULL;
    int count = 0;
    for (char *word = strtok_r(line, " \r", &rest); word && count < 5; word = strtok_r(NULL, " \r", &rest))
        words[count++] = word;
    if (count < 4) fail("this is no message");
    hear(from, &(struct message){words[1], count == 5 ? words[3] : "", payload, size});
}

/* All that is complete in the buffer. The rest of it waits for its end. */
static void take_all(struct connection *from) {
    char *at = from->in, *end = from->in + from->in_size, *line_end;
    while ((line_end = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        char *next = line_end + 1;
        if (strncmp(at, "MSG ", 4) == 0) {
            char *digits = line_end;
            while (digits[-1] != ' ') digits--;
            size_t size = strtoul(digits, NULL, 10);
            if ((size_t)(end - next) < size + 2) break;
            *line_end = '\0';
            take_message(from, at, next, size);
            next += size + 2;
        } else if (strncmp(at, "PING", 4) == 0) {
            put_text(from, "PONG\r\n");
        } else if (strncmp(at, "PONG", 4) == 0) {
            from->confirmed = true;
        } else if (strncmp(at, "-ERR", 4) == 0) {
            fail("the server complains");
        }
        at = next;
    }
    from->in_size = (size_t)(end - at);
    memmove(from->in, at, from->in_size);
}

/* Hear what comes next, until the deadline if there is one. True when there is something at the standard input, too. */
static bool hear_some(uint64_t deadline, int input) {
    struct pollfd polled[CONNECTIONS_MAX + 1];
    for (int i = 0; i < connection_count; i++) polled[i] = (struct pollfd){connections[i].socket, POLLIN, 0};
    polled[connection_count] = (struct pollfd){input, POLLIN, 0};
    uint64_t now = now_ns();
    int milliseconds = deadline == 0 ? -1 : deadline <= now ? 0 : (int)((deadline - now) / 1000000) + 1;
    if (poll(polled, (nfds_t)connection_count + 1, milliseconds) < 0) fail("it can't wait");
    for (int i = 0; i < connection_count; i++) {
        struct connection *from = &connections[i];
        if (!polled[i].revents) continue;
        ssize_t size = recv(from->socket, from->in + from->in_size, BUFFER_BYTES - from->in_size, 0);
        if (size <= 0) fail("the connection was lost");
        from->in_size += (size_t)size;
        take_all(from);
        flush_out(from);
    }
    return polled[connection_count].revents != 0;
}

/* Returns when the server has taken in everything that was sent to it. */
static void confirm(struct connection *with) {
    uint64_t deadline = now_ns() + CONNECT_NS_MAX;
    put_text(with, "PING\r\n");
    flush_out(with);
    while (!with->confirmed && now_ns() < deadline) hear_some(deadline, -1);
    if (!with->confirmed) fail("the server does not answer");
}

static void open_connection(const char *url) {
    char host[256], port[16];
    if (sscanf(url, "nats://%255[^:]:%15[0-9]", host, port) != 2) fail("the address is not like nats://host:port");
    if (connection_count == CONNECTIONS_MAX) fail("these are too many connections");
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(host, port, &wanted, &found) != 0) fail("there is no such host");
    struct connection *made = &connections[connection_count++];
    made->socket = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (made->socket < 0 || connect(made->socket, found->ai_addr, found->ai_addrlen) != 0) fail("nobody is there");
    freeaddrinfo(found);
    setsockopt(made->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    put_text(made, "CONNECT {\"verbose\":false}\r\n");
}

static void listen_to(const char *begin, const char *end) {
    char line[1024];
    snprintf(line, sizeof line, "SUB %s%s 1\r\n", begin, end);
    put_text(&connections[0], line);
}

static const char *subject;
static char told[512], inbox[64], payload[PAYLOAD_BYTES];
static uint64_t patience_ns, deadline, begun_ns, asked_ns[COUNT_MAX];
static double microseconds[COUNT_MAX];
static bool is_done[COUNT_MAX];
static long wanted, asked, done, heard, left, round_now = -1;

static void report(long count, uint64_t took_ns, long shown) {
    printf("{\"done\":%ld,\"seconds\":%.9f,\"microseconds\":[", count, (double)took_ns / 1e9);
    for (long i = 0; i < shown; i++) printf(i ? ",%.1f" : "%.1f", microseconds[i]);
    printf("]}\n");
}

static void echo(struct connection *from, const struct message *message) {
    if (*message->reply) put_message(from, message->reply, "", message->payload, message->size);
}

static void ask(struct connection *to) {
    char reply[128];
    snprintf(reply, sizeof reply, "%s%ld", inbox, asked);
    asked_ns[asked++] = now_ns();
    put_message(to, subject, reply, payload, PAYLOAD_BYTES);
}

/* The subject ends with the number of the request. Each must be answered once, and rightly. */
static void hear_answer(struct connection *from, const struct message *message) {
    uint64_t now = now_ns();
    long number = strtol(message->subject + strlen(inbox), NULL, 10);
    if (number < 0 || number >= asked || is_done[number]) return;
    if (message->size != PAYLOAD_BYTES || memcmp(message->payload, payload, PAYLOAD_BYTES) != 0) return;
    is_done[number] = true;
    deadline = now + patience_ns;
    microseconds[done++] = (double)(now - asked_ns[number]) / 1e3;
    if (asked < wanted) ask(from);
}

static void take_asking_turn(long count, long in_flight) {
    memset(is_done, 0, (size_t)count);
    wanted = count, asked = done = 0;
    begun_ns = now_ns(), deadline = begun_ns + patience_ns;
    while (asked < in_flight && asked < wanted) ask(&connections[0]);
    flush_out(&connections[0]);
    while (done < wanted && now_ns() < deadline) hear_some(deadline, -1);
    report(done, now_ns() - begun_ns, in_flight == 1 ? done : 0);
}

static void hear_told(struct connection *from, const struct message *message) {
    (void)from;
    if (message->size == 4 && memcmp(message->payload, &(uint32_t){(uint32_t)done}, 4) == 0) done++;
}

static void take_publishing_turn(long rounds, long events) {
    begun_ns = now_ns(), done = 0;
    for (long round = 0; round < rounds && done == round; round++) {
        struct event event = {0, (uint32_t)round, 0, (uint32_t)(connection_count * events)};
        for (; event.number < event.of; event.number++) {
            struct connection *by = &connections[event.number / events];
            event.sent_ns = now_ns();
            memcpy(payload, &event, sizeof event);
            put_message(by, subject, "", payload, PAYLOAD_BYTES);
            if ((event.number + 1) % events == 0) flush_out(by);
        }
        deadline = now_ns() + patience_ns;
        while (done == round && now_ns() < deadline) hear_some(deadline, -1);
    }
    report(done, now_ns() - begun_ns, 0);
}

/* A round is heard with the last of its events; it has lasted since the first was sent. */
static void hear_event(struct connection *from, const struct message *message) {
    uint64_t now = now_ns();
    struct event event;
    if (message->size != PAYLOAD_BYTES) fail("this is no event");
    memcpy(&event, message->payload, sizeof event);
    if (event.of > COUNT_MAX || event.number >= event.of) fail("this is no event");
    heard++;
    if ((long)event.round != round_now) {
        memset(is_done, 0, event.of);
        round_now = event.round, left = event.of, begun_ns = event.sent_ns;
    }
    if (event.sent_ns < begun_ns) begun_ns = event.sent_ns;
    if (is_done[event.number]) return;
    is_done[event.number] = true;
    if (--left > 0) return;
    microseconds[done++ % COUNT_MAX] = (double)(now - begun_ns) / 1e3;
    put_message(from, told, "", &event.round, sizeof event.round);
}

static void take_listening_turn(long first, long second) {
    (void)first, (void)second;
    report(heard, 0, done);
    heard = done = 0, round_now = -1;
}

static const struct role {
    const char *name, *listens_to;
    void (*hear)(struct connection *, const struct message *);
    void (*take_turn)(long, long);
} roles[] = {{"echo", NULL, echo, NULL},
             {"asker", inbox, hear_answer, take_asking_turn},
             {"publisher", told, hear_told, take_publishing_turn},
             {"listener", NULL, hear_event, take_listening_turn}};

int main(int argc, char **argv) {
    const struct role *role = roles, *none = roles + sizeof roles / sizeof *roles;
    while (argc > 3 && role < none && strcmp(argv[1], role->name) != 0) role++;
    if (argc <= 3 || role == none) fail("its first lines say how it is called");
    hear = role->hear, subject = argv[3];
    patience_ns = argc > 4 ? (uint64_t)(strtod(argv[4], NULL) * 1e9) : 0;
    snprintf(told, sizeof told, "%s.told", subject);
    snprintf(inbox, sizeof inbox, "_INBOX.raw%ld.", (long)getpid());
    memset(payload, 'x', PAYLOAD_BYTES);
    for (long needed = argc > 5 ? strtol(argv[5], NULL, 10) : 1; connection_count < needed;) open_connection(argv[2]);
    listen_to(role->listens_to ? role->listens_to : subject, role->listens_to == inbox ? "*" : "");
    for (int i = 0; i < connection_count; i++) confirm(&connections[i]);
    printf("{\"ready\":true}\n");
    for (char words[256]; fflush(stdout) == 0;) {
        if (!hear_some(0, STDIN_FILENO)) continue;
        if (!fgets(words, sizeof words, stdin)) return 0;
        long first = 0, second = 1;
        if (sscanf(words, "%ld %ld", &first, &second) > 0 && first > COUNT_MAX) fail("this is too much for one turn");
        if (role->take_turn) role->take_turn(first, second);
    }
}
