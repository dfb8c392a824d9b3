/* At which part of a path the way ends. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "missing.h"
#include "unit.h"

static char place[] = "/tmp/missing.XXXXXX";

static int make_files(void **state)
{
	(void)state;
	if (!mkdtemp(place) || chdir(place) != 0)
		return -1;
	close(creat("file", 0644));
	return mkdir("image", 0755) | mkdir("image/etc", 0755) | symlink("/nowhere", "link") |
	       symlink("/etc", "image/link") | symlink("loop", "loop");
}

static int remove_files(void **state)
{
	(void)state;
	unlink("file");
	unlink("link");
	unlink("loop");
	unlink("image/link");
	return rmdir("image/etc") | rmdir("image") | rmdir(place);
}

static void expect(const char *top, const char *path, bool directory, enum missing_kind kind,
		   const char *part)
{
	struct missing missing;

	missing_find(top, path, directory, &missing);
	if (missing.kind != kind || (part && strcmp(missing.part, part) != 0))
		fail_msg("%s: kind %d, part '%s'", path, missing.kind, missing.part);
	assert_non_null(strstr(missing_words(&missing), missing.part));
}

static void finds_the_first_part(void **state)
{
	char path[64], part[64];

	(void)state;
	expect(NULL, "image/etc", true, PATH_FINE, NULL);
	expect(NULL, "/", true, PATH_FINE, NULL);
	expect(NULL, "nope/a/b", false, PATH_GONE, "nope");
	expect(NULL, "image/nope/a", false, PATH_GONE, "image/nope");
	expect(NULL, "file/a/b", false, PATH_NO_DIRECTORY, "file");
	expect(NULL, "file", true, PATH_NO_DIRECTORY, "file");
	expect(NULL, "file", false, PATH_FINE, NULL);
	expect(NULL, "link/a", false, PATH_DANGLING, "link");
	expect(NULL, "loop", false, PATH_LOOP, "loop");
	snprintf(path, sizeof(path), "%s/nope/x", place);
	snprintf(part, sizeof(part), "%s/nope", place);
	expect(NULL, path, false, PATH_GONE, part);
}

static void stays_below_the_top(void **state)
{
	(void)state;
	expect("image", "/etc", true, PATH_FINE, NULL);
	expect("image", "/link", true, PATH_FINE, NULL);
	expect("image", "/link/passwd", false, PATH_GONE, "image/link/passwd");
	expect("image/", "nope", false, PATH_GONE, "image/nope");
	expect("nope", "/etc", false, PATH_GONE, "nope");
}

static void finds_what_was_meant(void **state)
{
	struct missing missing;

	(void)state;
	missing_find(NULL, "imgae/etc", false, &missing);
	assert_string_equal(missing.other, "image");
	missing_find(NULL, "image/ect", false, &missing);
	assert_string_equal(missing.other, "image/etc");
	missing_find(NULL, "zzz", false, &missing);
	assert_string_equal(missing.other, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_first_part),
		cmocka_unit_test(stays_below_the_top),
		cmocka_unit_test(finds_what_was_meant),
	};

	return cmocka_run_group_tests_name("missing", tests, make_files, remove_files);
}
