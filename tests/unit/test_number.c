/* Numbers and sizes as people write them. */
#include <limits.h>
#include <stdio.h>

#include "number.h"
#include "unit.h"

static void sizes(void **state)
{
	static const struct {
		const char *text;
		unsigned long long bytes;
	} good[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "1k", 1024 },
		{ "64m", 64ULL << 20 },
		{ "64M", 64ULL << 20 },
		{ "2g", 2ULL << 30 },
		{ "1T", 1ULL << 40 },
		{ "10kb", 10240 },
		{ "10KiB", 10240 },
		{ "7b", 7 },
		{ "1.5g", 1536ULL << 20 },
		{ "0.5k", 512 },
		{ "0.000000001k", 0 },
		{ "1.25TiB", 1280ULL << 30 },
		{ "18446744073709551615", ULLONG_MAX },
	};
	static const char *const bad[] = { "",		"m",
					   "-1",	"+1",
					   " 1",	"1 ",
					   "1x",	"1mm",
					   "1.5",	"1.g",
					   ".5g",	"1.5b",
					   "1.5.5g",	"1.0000000000k",
					   "0x10",	"18446744073709551616",
					   "16777216t", "1kbb" };
	unsigned long long bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!parse_size(good[i].text, &bytes))
			fail_msg("'%s' is a size", good[i].text);
		assert_true(bytes == good[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parse_size(bad[i], &bytes))
			fail_msg("'%s' is no size", bad[i]);
}

static void numbers(void **state)
{
	unsigned long long n;

	(void)state;
	assert_true(parse_number("4294967295", 4294967295ULL, &n));
	assert_true(n == 4294967295ULL);
	assert_false(parse_number("4294967296", 4294967295ULL, &n));
	assert_false(parse_number("", 10, &n));
	assert_false(parse_number("-1", 10, &n));
	assert_false(parse_number("1a", 10, &n));
	assert_false(parse_number("99999999999999999999999", ULLONG_MAX, &n));
}

static void truths(void **state)
{
	bool truth = false;

	(void)state;
	assert_true(parse_truth("true", &truth) && truth);
	assert_true(parse_truth("0", &truth) && !truth);
	assert_true(parse_truth("T", &truth) && truth);
	assert_false(parse_truth("yes", &truth));
	assert_false(parse_truth("", &truth));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sizes), cmocka_unit_test(numbers),
					    cmocka_unit_test(truths) };

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
