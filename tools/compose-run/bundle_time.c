/* bundle_time.c: the time namespace of a bundle and linux.timeOffsets, as options
 * of "compose-run time". See bundle.h and link_time.c. */
#include "bundle.h"

struct clock {
	long long seconds, nanoseconds;
};

static void read_seconds(const struct at *at, void *into)
{
	((struct clock *)into)->seconds = strict_number(at, INT64_MIN + 1, INT64_MAX);
}

static void read_nanoseconds(const struct at *at, void *into)
{
	((struct clock *)into)->nanoseconds = strict_number(at, 0, 999999999);
}

static void read_clock(const struct at *at, struct words *words, const char *option)
{
	static const struct key keys[] = {
		{ "secs", read_seconds, false },
		{ "nanosecs", read_nanoseconds, false },
		{ NULL, NULL, false },
	};
	struct clock clock = { 0, 0 };

	strict_object(at, keys, &clock);
	if (clock.nanoseconds)
		words_add_option(words, option, "%lld:%lld", clock.seconds, clock.nanoseconds);
	else
		words_add_option(words, option, "%lld", clock.seconds);
}

static void read_monotonic(const struct at *at, void *into)
{
	read_clock(at, into, "--monotonic");
}

static void read_boottime(const struct at *at, void *into)
{
	read_clock(at, into, "--boottime");
}

void bundle_read_clocks(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "monotonic", read_monotonic, false },
		{ "boottime", read_boottime, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, &((struct bundle *)into)->linux_.clocks);
}

void bundle_plan_time(const struct bundle *bundle, struct chain *chain)
{
	const struct words *clocks = &bundle->linux_.clocks;
	const char *path = bundle->linux_.namespaces[BUNDLE_TIME].path;
	struct words *words;

	if (!bundle_has(bundle, BUNDLE_TIME))
		return;
	words = row_add(chain, "compose-run", path ? "somebody else's" : "clocks of its own");
	words_add(words, "time");
	if (path) {
		words_add_option(words, "--join", "%s", path);
		return;
	}
	for (size_t i = 0; i < clocks->count; i++)
		words_add(words, "%s", clocks->word[i]);
	/* ns-pid forks, which this takes too. */
	if (bundle_has(bundle, BUNDLE_PID))
		words_add(words, "--no-fork");
}
