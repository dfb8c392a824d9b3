/* typist TEXT: types TEXT and Enter into the terminal that is its input, as if
 * somebody sat at the keyboard. What reads from that terminal next will get it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

static int type(const char *text)
{
	for (; *text; text++)
		if (ioctl(0, TIOCSTI, text) != 0)
			return errno;
	return ioctl(0, TIOCSTI, "\n") != 0 ? errno : 0;
}

int main(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[1] : "echo hello";
	int error = type(text);

	printf("typist: terminal: %s, of my session: %s, seccomp: %d; %s\n",
	       isatty(0) ? "yes" : "no", tcgetsid(0) == getsid(0) ? "yes" : "no",
	       prctl(PR_GET_SECCOMP), error ? strerror(error) : "typed");
	return error != 0;
}
