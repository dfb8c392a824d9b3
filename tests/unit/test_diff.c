/* Two mount tables, and the words for what is different. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/ns-mnt/diff.h"
#include "unit.h"

#define ROOT "1 0 8:1 / / rw shared:1 - ext4 /dev/a rw\n"
#define PROC "2 1 0:5 / /proc rw,nosuid shared:2 - proc proc rw\n"
#define RUN "3 1 0:6 / /run rw shared:3 - tmpfs tmpfs rw\n"
#define LOCK "4 3 0:7 / /run/lock rw shared:4 - tmpfs tmpfs rw\n"
#define TABLE ROOT PROC RUN LOCK

static void expect(const char *before, const char *after, const char *words)
{
	struct mount_table *old = table_parse(strdup(before)), *new = table_parse(strdup(after));
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(old);
	assert_non_null(new);
	table_compare(old, new, out);
	fclose(out);
	assert_string_equal(text, words);
	free(text);
}

static void nothing(void **state)
{
	(void)state;
	expect(TABLE, TABLE, "");
	expect("", "", "");
	/* A copy has other numbers. */
	expect(ROOT PROC,
	       "71 0 8:1 / / rw shared:1 - ext4 /dev/a rw\n"
	       "72 71 0:5 / /proc rw,nosuid shared:2 - proc proc rw\n",
	       "");
}

static void propagation(void **state)
{
	(void)state;
	expect(ROOT PROC,
	       "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:5 / /proc rw,nosuid - proc proc rw\n",
	       "  changed: 2 mounts: shared -> private\n");
	expect(ROOT PROC, ROOT "2 1 0:5 / /proc rw,nosuid shared:9 master:2 - proc proc rw\n",
	       "  changed: /proc: shared -> slave and shared\n");
}

static void new_and_gone(void **state)
{
	(void)state;
	expect(ROOT, ROOT "9 1 0:9 / /mnt\\040x ro - tmpfs tmpfs rw\n",
	       "  new: /mnt x (tmpfs, read-only)\n");
	expect(ROOT, ROOT "9 1 8:1 /a /mnt rw,idmapped - ext4 /dev/a rw\n",
	       "  new: /mnt (ext4, its /a, ids mapped)\n");
	expect(ROOT, ROOT "9 1 8:1 /a /a ro - ext4 /dev/a rw\n",
	       "  new: /a (ext4, the same files as before, read-only)\n");
	expect(TABLE, ROOT PROC, "  gone: /run (tmpfs) and 1 mount below it\n");
	/* What a recursive bind has taken along needs no line. */
	expect(TABLE,
	       TABLE "11 1 8:1 / /mnt rw - ext4 /dev/a rw\n"
		     "12 11 0:5 / /mnt/proc rw,nosuid - proc proc rw\n"
		     "13 11 0:6 / /mnt/run rw - tmpfs tmpfs rw\n"
		     "14 11 0:20 / /mnt/new rw - tmpfs tmpfs rw\n",
	       "  new: /mnt (ext4) and 2 mounts below it\n  new: /mnt/new (tmpfs)\n");
}

static void covered(void **state)
{
	(void)state;
	expect(TABLE, TABLE "9 2 0:9 / /proc rw - proc proc rw\n",
	       "  new: /proc (proc), over the proc that was there\n");
	expect(TABLE, TABLE "9 3 0:9 / /run rw - tmpfs tmpfs rw\n",
	       "  new: /run (tmpfs), over the tmpfs that was there\n"
	       "  hidden: /run/lock, behind the new mount on /run\n");
	expect(ROOT "4 1 0:7 / /run/lock rw - tmpfs tmpfs rw\n"
		    "5 1 0:8 / /run/user rw - tmpfs tmpfs rw\n",
	       ROOT "4 1 0:7 / /run/lock rw - tmpfs tmpfs rw\n"
		    "5 1 0:8 / /run/user rw - tmpfs tmpfs rw\n"
		    "9 1 0:9 / /run rw - tmpfs tmpfs rw\n",
	       "  new: /run (tmpfs)\n  hidden: 2 mounts below /run, behind the new one there\n");
}

static void flags(void **state)
{
	(void)state;
	/* A read-only copy of a mount on top of itself is that mount, read-only. */
	expect(TABLE,
	       TABLE "9 3 0:6 / /run ro shared:3 - tmpfs tmpfs rw\n"
		     "10 9 0:7 / /run/lock ro shared:4 - tmpfs tmpfs rw\n",
	       "  changed: /run and 1 mount below it are read-only now\n");
	expect(ROOT PROC, ROOT "2 1 0:5 / /proc rw,noexec shared:2 - proc proc rw\n",
	       "  changed: /proc is no longer nosuid, noexec now\n");
}

static void nonsense(void **state)
{
	(void)state;
	assert_null(table_parse(strdup("1 0 8:1 / /\n")));
	assert_int_equal(errno, EBADMSG);
	/* Mounts that are on each other. */
	expect("1 2 8:1 / / rw - ext4 a rw\n2 1 8:2 / /a rw - ext4 b rw\n", "",
	       "  gone: / (ext4) and 1 mount below it\n");
	/* A name must not play with the terminal. */
	expect(ROOT, ROOT "9 1 0:9 / /\\033[2J rw - tmpfs tmpfs rw\n", "  new: /?[2J (tmpfs)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),	cmocka_unit_test(propagation),
		cmocka_unit_test(new_and_gone), cmocka_unit_test(covered),
		cmocka_unit_test(flags),	cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
