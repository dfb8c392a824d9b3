/* carrier.c: a program that is one of the links that it carries. chroot is
 * linked from the same objects as compose-run; this is its main(). */
#include "chain.h"

extern int chroot_main(int argc, char *argv[]);

int main(int argc, char *argv[])
{
	return chroot_main(argc, argv);
}
