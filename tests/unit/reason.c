/* reason.c: whether a reason is the expected one. See reason.h. */
#include <string.h>

#include "reason.h"
#include "unit.h"

void reason_expect(const char *call, bool known, const struct reason *reason, const char *id,
		   const char *why, const char *fix)
{
	if (!id) {
		if (known)
			fail_msg("%s: got %s for what can't be known", call, reason->id);
		return;
	}
	if (!known || strcmp(reason->id, id) != 0)
		fail_msg("%s: expected %s, got %s", call, id, known ? reason->id : "nothing");
	if (why && !strstr(reason->why, why))
		fail_msg("%s: no '%s' in: %s", call, why, reason->why);
	if (fix && !strstr(reason->fix, fix))
		fail_msg("%s: no '%s' in: %s", call, fix, reason->fix);
	assert_true(*reason->why && *reason->see);
}
