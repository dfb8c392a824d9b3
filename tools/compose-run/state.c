/* state.c: the files that say how a container is. See store.h. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "memory.h"
#include "store.h"

/* The spec that state.json follows. */
#define SPEC_VERSION "1.2.0"

int store_write(int directory, const char *file, const char *text)
{
	size_t length = strlen(text);
	char *new = print_text("%s.new", file);
	int fd =
		openat(directory, new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, text, length) == (ssize_t)length;

	if (fd >= 0 && close(fd) != 0)
		good = false;
	good = good && renameat(directory, new, directory, file) == 0;
	free(new);
	return good ? 0 : -1;
}

/* "  7\n" and the like. */
#define EXIT_FORMAT "%3d\n"

int store_write_exit(int directory, int status)
{
	char text[16];
	int fd = openat(directory, "exit", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t length = snprintf(text, sizeof(text), EXIT_FORMAT, status & 0xff), written = -1;

	if (fd >= 0) {
		written = pwrite(fd, text, (size_t)length, 0);
		close(fd);
	}
	return written == length ? 0 : -1;
}

void store_path(const struct stored *stored, char *path, size_t size)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", stored->directory);
	length = readlink(link, path, size - 1);
	if (length < 0)
		length = snprintf(path, size, "/");
	path[length] = '\0';
}

/* Numbers and times of processes begin anew with each boot. "" is not known. */
static void read_boot(char *text, size_t size)
{
	if (read_file("/proc/sys/kernel/random/boot_id", text, size) <= 0)
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
}

int store_write_state(const struct stored *stored)
{
	char start[32], created[32], boot[40], bundle[4096];
	json_t *state;
	char *text;
	int result = -1;

	read_boot(boot, sizeof(boot));
	snprintf(start, sizeof(start), "%llu", stored->start);
	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", gmtime(&stored->created));
	store_path(stored, bundle, sizeof(bundle));
	state = json_pack("{s:s, s:s, s:s, s:i, s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "ociVersion",
			  SPEC_VERSION, "id", stored->name, "status",
			  stored->status == STORE_STOPPED ? "stopped" : "running", "pid",
			  (int)stored->pid, "bundle", bundle, "annotations", "strata.start", start,
			  "strata.boot", boot, "strata.created", created, "strata.cgroup",
			  stored->own_cgroup ? "own" : "", "strata.command", stored->command);
	text = state ? json_dumps(state, JSON_INDENT(2)) : NULL;
	if (text)
		result = store_write(stored->directory, "state.json", text);
	else
		errno = ENOMEM;
	free(text);
	json_decref(state);
	return result;
}

/* When a process began, and its state, as ps shows it; 0 when there is none. */
static unsigned long long read_start(pid_t pid, char *state)
{
	char path[64], text[1024];
	const char *at;
	unsigned long long start = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (pid <= 0 || read_file(path, text, sizeof(text)) <= 0)
		return 0;
	/* The name in parentheses may hold anything. */
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1,
			  " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			  "%*d %*d %llu",
			  state, &start) != 2)
		return 0;
	return start;
}

unsigned long long store_start_of(pid_t pid)
{
	char state = 'Z';
	unsigned long long start = read_start(pid, &state);

	return state == 'Z' ? 0 : start;
}

bool store_read_state(struct stored *stored)
{
	int fd = openat(stored->directory, "state.json", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	const char *created = "", *command = "", *start = "0", *cgroup = "", *boot = "";
	struct tm tm = { 0 };
	json_t *state = fd >= 0 ? json_loadfd(fd, 0, NULL) : NULL;
	int pid = 0;
	bool good = state && json_unpack(state, "{s:i, s:{s:s, s?s, s:s, s:s, s:s}}", "pid", &pid,
					 "annotations", "strata.start", &start, "strata.boot",
					 &boot, "strata.created", &created, "strata.cgroup",
					 &cgroup, "strata.command", &command) == 0;

	stored->pid = pid;
	stored->own_cgroup = strcmp(cgroup, "own") == 0;
	stored->start = strtoull(start, NULL, 10);
	if (strptime(created, "%Y-%m-%dT%H:%M:%SZ", &tm))
		stored->created = timegm(&tm);
	snprintf(stored->boot, sizeof(stored->boot), "%s", boot);
	snprintf(stored->command, sizeof(stored->command), "%s", command);
	json_decref(state);
	if (fd >= 0)
		close(fd);
	return good;
}

bool store_is_there(const struct stored *stored)
{
	char boot[40], state;

	read_boot(boot, sizeof(boot));
	return stored->start && strcmp(stored->boot, boot) == 0 &&
	       read_start(stored->pid, &state) == stored->start;
}

bool store_is_alive(const struct stored *stored)
{
	return store_is_there(stored) && store_start_of(stored->pid) == stored->start;
}

char *store_encode(const char *word)
{
	char *text = resize(NULL, 2 * strlen(word) + 1, 1), *end = text;

	for (; *word; word++) {
		unsigned char byte = (unsigned char)*word;

		if (byte >= 0x80)
			*end++ = (char)(0xc0 | byte >> 6);
		*end++ = (char)(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
	}
	*end = '\0';
	return text;
}

char *store_decode(const char *text)
{
	char *word = copy_text(text), *end = word;

	for (; *text; text++)
		if ((unsigned char)*text >= 0xc0 && text[1]) {
			*end++ = (char)((*text & 3) << 6 | (text[1] & 0x3f));
			text++;
		} else {
			*end++ = *text;
		}
	*end = '\0';
	return word;
}
