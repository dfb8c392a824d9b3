/* sealed.c: being a copy of ourselves that nobody can write to. See sealed.h.
 *
 * Who is root in a container is often the owner of our file, and gets hold of
 * it: an image whose /bin/sh begins with "#!/proc/self/exe" has us run in there
 * once more, and /proc/PID/exe is then our file, on the machine's own mount
 * (CVE-2019-5736). When we have ended it can be written to, and the next one who
 * starts a container runs what was written.
 *
 * While any process executes a file, it can't be opened to be written to. So the
 * supervisors, which stay outside as long as the container runs, protect it, and
 * that costs nothing. Without a supervisor, and for "exec", which ends before the
 * container does, we go on as a copy in memory, sealed: about a millisecond. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "message.h"
#include "sealed.h"

/* Linux 6.3; before, every memfd may be executed. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

char **sealed_keep(char *argv[])
{
	size_t count = 0;
	char **words;

	while (argv[count])
		count++;
	words = resize(NULL, count + 1, sizeof(*words));
	for (size_t i = 0; i < count; i++)
		words[i] = copy_text(argv[i]);
	words[count] = NULL;
	return words;
}

/* Whether what is behind a descriptor is sealed. */
static bool is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

bool sealed_is(void)
{
	/* What was executed by its descriptor is called so. Asked first, since it
	 * costs nothing: execveat(2). */
	const char *name = (const char *)getauxval(AT_EXECFN);
	int self;
	bool sealed;

	if (!name || strncmp(name, "/dev/fd/", 8) != 0)
		return false;
	self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	sealed = self >= 0 && is_sealed(self);
	if (self >= 0)
		close(self);
	return sealed;
}

static void copy_to(int copy, int self)
{
	struct stat status;
	off_t at = 0;

	if (fstat(self, &status) != 0)
		die_errno("cannot look at our own program");
	while (at < status.st_size)
		if (sendfile(copy, self, &at, (size_t)(status.st_size - at)) <= 0)
			die_errno("cannot copy our own program");
}

void sealed_again(char *argv[])
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy;

	if (self < 0)
		die_errno("cannot open our own program (/proc/self/exe)");
	if (is_sealed(self)) {
		close(self);
		return;
	}
	copy = memfd_create("compose-run", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (copy < 0 && errno == EINVAL)
		copy = memfd_create("compose-run", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0)
		die_errno("cannot make a copy of our own program that nobody can write to");
	copy_to(copy, self);
	if (fcntl(copy, F_ADD_SEALS, SEALS) != 0 || !is_sealed(copy))
		die_errno("cannot seal the copy of our own program");
	fexecve(copy, argv, environ);
	die_errno("cannot run the sealed copy of our own program");
}

static bool has_word(const struct words *words, const char *word)
{
	for (size_t i = 1; i < words->count; i++)
		if (strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

bool sealed_by_supervisor(const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct words *words = &chain->rows[i].words;

		if (strcmp(words->word[0], "--") == 0)
			break;
		if (has_word(words, "--join") || has_word(words, "--keep"))
			continue;
		if (strcmp(words->word[0], "ns-pid") == 0 && !has_word(words, "--reap"))
			return true;
		if (strcmp(words->word[0], "cgroup") == 0 && !has_word(words, "--cgroupns"))
			return true;
	}
	return false;
}
