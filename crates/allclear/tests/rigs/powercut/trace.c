/*
 * Writes down, in order, everything that a process does to the files of one folder.
 *
 * Loaded with LD_PRELOAD. The folder is POWERCUT_ROOT, the record goes to POWERCUT_TRACE, which
 * must lie outside of it. The story in tests/it/bad_days/power_cut replays the record up to any
 * moment and works out what a disk would hold that lost its power there.
 *
 * Each call is carried out and written down under one lock, so the record has one order, and a call
 * that was cut off by SIGKILL may have happened without being written down, never the reverse. What
 * is printed to standard output is written down too, before it leaves: by then it may be believed.
 *
 * Only successful calls are recorded. Calls that get past this file (raw system calls, shared memory
 * mappings) are found by the story, which compares what it replayed with what is on the disk.
 *
 * A record: one letter, four 64-bit numbers (a, b, the lengths of two byte strings), the strings.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[FDS];
static char root[4096];
static size_t root_length;
static int trace = -1;
static int is_set_up;

#define REAL(name) \
	static __typeof__(name) *real; \
	if (!real) \
		real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* The lock is held. */
static void put(const void *bytes, size_t length)
{
	REAL(write);
	const char *at = bytes;
	while (length > 0) {
		ssize_t done = real(trace, at, length);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			abort(); /* a record with a hole proves nothing */
		at += done;
		length -= (size_t)done;
	}
}

static void record(char what, int64_t a, int64_t b, const void *first, size_t first_length,
		   const void *second, size_t second_length)
{
	int before = errno;
	char head[1 + 4 * 8];
	int64_t numbers[4] = { a, b, (int64_t)first_length, (int64_t)second_length };
	head[0] = what;
	memcpy(head + 1, numbers, sizeof numbers);
	put(head, sizeof head);
	put(first, first_length);
	put(second, second_length);
	errno = before;
}

static void set_up(void)
{
	REAL(open);
	if (is_set_up)
		return;
	is_set_up = 1;
	const char *folder = getenv("POWERCUT_ROOT"), *path = getenv("POWERCUT_TRACE");
	if (!folder || !path || strlen(folder) >= sizeof root)
		return;
	strcpy(root, folder);
	root_length = strlen(root);
	trace = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (trace < 0)
		abort();
	record('P', getpid(), 0, "", 0, "", 0);
}

__attribute__((constructor)) static void start(void)
{
	pthread_mutex_lock(&lock);
	set_up();
	pthread_mutex_unlock(&lock);
}

static void enter(void)
{
	pthread_mutex_lock(&lock);
	set_up();
}

static void leave(void)
{
	int before = errno;
	pthread_mutex_unlock(&lock);
	errno = before;
}

static int is_inside(const char *path)
{
	return trace >= 0 && strncmp(path, root, root_length) == 0 &&
	       (path[root_length] == '/' || path[root_length] == 0);
}

static int is_watched(int fd)
{
	return trace >= 0 && fd >= 0 && fd < FDS && watched[fd];
}

/* The lock is held, and the file was opened. */
static void opened(int fd, const char *path, int flags, int existed)
{
	if (fd < 0 || fd >= FDS)
		return;
	watched[fd] = (unsigned char)is_inside(path);
	if (!watched[fd])
		return;
	record(existed ? 'o' : 'c', fd, 0, path, strlen(path), "", 0);
	if (existed && (flags & O_TRUNC))
		record('t', fd, 0, "", 0, "", 0);
}

#define OPEN(name, real_call, at, path) \
	mode_t mode = 0; \
	if (flags & (O_CREAT | O_TMPFILE)) { \
		va_list rest; \
		va_start(rest, flags); \
		mode = va_arg(rest, mode_t); \
		va_end(rest); \
	} \
	REAL(name); \
	enter(); \
	struct stat status; \
	int existed = !(flags & O_CREAT) || fstatat(at, path, &status, 0) == 0; \
	int fd = real_call; \
	opened(fd, path, flags, existed); \
	leave(); \
	return fd

int open(const char *path, int flags, ...) { OPEN(open, real(path, flags, mode), AT_FDCWD, path); }
int open64(const char *path, int flags, ...) { OPEN(open64, real(path, flags, mode), AT_FDCWD, path); }
int openat(int at, const char *path, int flags, ...) { OPEN(openat, real(at, path, flags, mode), at, path); }
int openat64(int at, const char *path, int flags, ...) { OPEN(openat64, real(at, path, flags, mode), at, path); }

int close(int fd)
{
	REAL(close);
	enter();
	if (fd >= 0 && fd < FDS)
		watched[fd] = 0;
	int done = real(fd);
	leave();
	return done;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	REAL(write);
	if (fd == STDOUT_FILENO && trace >= 0) {
		enter();
		record('A', 0, 0, bytes, length, "", 0);
		leave();
		return real(fd, bytes, length); /* a reader that is slow must not stop the others */
	}
	if (!is_watched(fd))
		return real(fd, bytes, length);
	enter();
	ssize_t done = real(fd, bytes, length);
	if (done > 0)
		record('w', fd, lseek(fd, 0, SEEK_CUR) - done, bytes, (size_t)done, "", 0);
	leave();
	return done;
}

#define PWRITE(name, offset_type) \
	ssize_t name(int fd, const void *bytes, size_t length, offset_type offset) \
	{ \
		REAL(name); \
		if (!is_watched(fd)) \
			return real(fd, bytes, length, offset); \
		enter(); \
		ssize_t done = real(fd, bytes, length, offset); \
		if (done > 0) \
			record('w', fd, offset, bytes, (size_t)done, "", 0); \
		leave(); \
		return done; \
	}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

/* The lock is held. */
static void wrote_parts(int fd, off_t offset, const struct iovec *parts, int count, ssize_t done)
{
	for (int i = 0; i < count && done > 0; i++) {
		ssize_t length = (ssize_t)parts[i].iov_len < done ? (ssize_t)parts[i].iov_len : done;
		record('w', fd, offset, parts[i].iov_base, (size_t)length, "", 0);
		offset += length;
		done -= length;
	}
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	REAL(writev);
	if (!is_watched(fd))
		return real(fd, parts, count);
	enter();
	ssize_t done = real(fd, parts, count);
	if (done > 0)
		wrote_parts(fd, lseek(fd, 0, SEEK_CUR) - done, parts, count, done);
	leave();
	return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	REAL(pwritev);
	if (!is_watched(fd))
		return real(fd, parts, count, offset);
	enter();
	ssize_t done = real(fd, parts, count, offset);
	wrote_parts(fd, offset, parts, count, done);
	leave();
	return done;
}

#define ON_FD(letter, call, a) \
	if (!is_watched(fd)) \
		return call; \
	enter(); \
	int done = call; \
	if (done == 0) \
		record(letter, fd, a, "", 0, "", 0); \
	leave(); \
	return done

int ftruncate(int fd, off_t length) { REAL(ftruncate); ON_FD('t', real(fd, length), length); }
int ftruncate64(int fd, off64_t length) { REAL(ftruncate64); ON_FD('t', real(fd, length), length); }
int fsync(int fd) { REAL(fsync); ON_FD('s', real(fd), 0); }
int fdatasync(int fd) { REAL(fdatasync); ON_FD('s', real(fd), 0); }
/* Only its effect on the length counts: what it allocates reads as zeros. */
int fallocate(int fd, int mode, off_t offset, off_t length)
{
	REAL(fallocate);
	ON_FD(mode == 0 ? 'e' : '?', real(fd, mode, offset, length), offset + length);
}
int posix_fallocate(int fd, off_t offset, off_t length)
{
	REAL(posix_fallocate);
	ON_FD('e', real(fd, offset, length), offset + length);
}

#define ON_PATHS(letter, inside, call, a, b) \
	enter(); \
	int done = call; \
	if (done == 0 && (inside)) \
		record(letter, 0, 0, a, strlen(a), b, strlen(b)); \
	leave(); \
	return done

int mkdir(const char *path, mode_t mode) { REAL(mkdir); ON_PATHS('m', is_inside(path), real(path, mode), path, ""); }
int rmdir(const char *path) { REAL(rmdir); ON_PATHS('u', is_inside(path), real(path), path, ""); }
int unlink(const char *path) { REAL(unlink); ON_PATHS('u', is_inside(path), real(path), path, ""); }
int rename(const char *from, const char *to)
{
	REAL(rename);
	ON_PATHS('r', is_inside(from) || is_inside(to), real(from, to), from, to);
}
int link(const char *from, const char *to)
{
	REAL(link);
	ON_PATHS('l', is_inside(to), real(from, to), from, to);
}
int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
	REAL(linkat);
	ON_PATHS('l', is_inside(to), real(from_at, from, to_at, to, flags), from, to);
}
