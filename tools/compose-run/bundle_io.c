/* bundle_io.c: limits in a config.json that are files of one controller each:
 * blockIO, hugepageLimits, network, rdma, and real-time of the CPU. They become
 * "--set FILE=VALUE", with the names of v1 and of v2 side by side. See bundle.h.
 * Read on: the kernel's cgroup-v1/ and cgroup-v2.rst. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "memory.h"

static struct bundle_resources *resources_of(void *into)
{
	return &((struct bundle *)into)->linux_.resources;
}

/* Whether a controller is of v2 here: v2 alone, or one that v1 does not have. */
static bool is_new(const char *controller)
{
	char *v1 = print_text("/sys/fs/cgroup/%s", controller);
	bool new = bundle_on_v2() || access(v1, F_OK) != 0;

	free(v1);
	return new;
}

/* What v2 has no file for. */
static void need_v1(const struct at *at, const char *controller)
{
	if (is_new(controller))
		strict_missing(at,
			       "it is a limit of cgroup v1 (%s), and of v2 there is none like it",
			       controller);
}

/* ---- blockIO ---- */

struct block_device {
	int64_t major, minor, weight, leaf_weight, rate;
};

static void read_major(const struct at *at, void *into)
{
	((struct block_device *)into)->major = strict_number(at, 0, INT32_MAX);
}

static void read_minor(const struct at *at, void *into)
{
	((struct block_device *)into)->minor = strict_number(at, 0, INT32_MAX);
}

static int64_t weight_of(const struct at *at)
{
	int64_t weight = strict_number(at, 0, 1000);

	if (weight > 0 && weight < 10)
		strict_wrong(at, "a weight is from 10 to 1000");
	return weight;
}

static void read_device_weight(const struct at *at, void *into)
{
	((struct block_device *)into)->weight = weight_of(at);
}

static void read_leaf_weight(const struct at *at, void *into)
{
	(void)into;
	if (weight_of(at))
		strict_missing(at, "the kernel has no such weight any more (since 5.0)");
}

static void read_rate(const struct at *at, void *into)
{
	((struct block_device *)into)->rate = strict_number(at, 0, INT64_MAX);
}

/* v1's 10 to 1000 for v2's 1 to 10000, as all runtimes count. */
static int64_t new_weight(int64_t weight)
{
	return 1 + (weight - 10) * 9999 / 990;
}

static void read_weight(const struct at *at, void *into)
{
	int64_t weight = weight_of(at);
	struct words *knobs = &resources_of(into)->knobs;

	if (weight && is_new("blkio"))
		words_add(knobs, "io.weight=default %lld", (long long)new_weight(weight));
	else if (weight)
		words_add(knobs, "blkio.bfq.weight=%lld", (long long)weight);
}

static void read_weight_device(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "major", read_major, true },
		{ "minor", read_minor, true },
		{ "weight", read_device_weight, false },
		{ "leafWeight", read_leaf_weight, false },
		{ NULL, NULL, false },
	};
	struct block_device device = { 0 };
	bool new = is_new("blkio");

	strict_object(at, keys, &device);
	if (device.weight)
		words_add(&resources_of(into)->knobs, "%s=%lld:%lld %lld",
			  new ? "io.weight" : "blkio.bfq.weight_device", (long long)device.major,
			  (long long)device.minor,
			  (long long)(new ? new_weight(device.weight) : device.weight));
}

static void read_weight_devices(const struct at *at, void *into)
{
	strict_list(at, read_weight_device, into);
}

static void add_rate(const struct at *at, struct bundle *bundle, const char *old, const char *new)
{
	static const struct key keys[] = {
		{ "major", read_major, true },
		{ "minor", read_minor, true },
		{ "rate", read_rate, true },
		{ NULL, NULL, false },
	};
	struct block_device device = { 0 };
	struct words *knobs = &bundle->linux_.resources.knobs;

	strict_object(at, keys, &device);
	if (!device.rate)
		strict_wrong(at, "0 means no limit to some kernels, and nothing at all to others");
	if (is_new("blkio"))
		words_add(knobs, "io.max=%lld:%lld %s=%lld", (long long)device.major,
			  (long long)device.minor, new, (long long)device.rate);
	else
		words_add(knobs, "blkio.throttle.%s_device=%lld:%lld %lld", old,
			  (long long)device.major, (long long)device.minor, (long long)device.rate);
}

static void read_rbps(const struct at *at, void *into)
{
	add_rate(at, into, "read_bps", "rbps");
}

static void read_wbps(const struct at *at, void *into)
{
	add_rate(at, into, "write_bps", "wbps");
}

static void read_riops(const struct at *at, void *into)
{
	add_rate(at, into, "read_iops", "riops");
}

static void read_wiops(const struct at *at, void *into)
{
	add_rate(at, into, "write_iops", "wiops");
}

static void read_all_rbps(const struct at *at, void *into)
{
	strict_list(at, read_rbps, into);
}

static void read_all_wbps(const struct at *at, void *into)
{
	strict_list(at, read_wbps, into);
}

static void read_all_riops(const struct at *at, void *into)
{
	strict_list(at, read_riops, into);
}

static void read_all_wiops(const struct at *at, void *into)
{
	strict_list(at, read_wiops, into);
}

void bundle_read_block_io(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "weight", read_weight, false },
		{ "leafWeight", read_leaf_weight, false },
		{ "weightDevice", read_weight_devices, false },
		{ "throttleReadBpsDevice", read_all_rbps, false },
		{ "throttleWriteBpsDevice", read_all_wbps, false },
		{ "throttleReadIOPSDevice", read_all_riops, false },
		{ "throttleWriteIOPSDevice", read_all_wiops, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

/* ---- hugepageLimits ---- */

struct huge_pages {
	const char *size;
	uint64_t limit;
};

static void read_page_size(const struct at *at, void *into)
{
	const char *size = strict_string(at);
	size_t digits = strspn(size, "0123456789");

	if (!digits || *size == '0' || digits > 8 || !size[digits] ||
	    !strchr("KMG", size[digits]) || strcmp(size + digits + 1, "B") != 0)
		strict_wrong(at, "a size of pages is such as 2MB or 64KB");
	((struct huge_pages *)into)->size = size;
}

static void read_page_limit(const struct at *at, void *into)
{
	((struct huge_pages *)into)->limit = strict_uint64(at);
}

static void read_huge_page(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "pageSize", read_page_size, true },
		{ "limit", read_page_limit, true },
		{ NULL, NULL, false },
	};
	struct huge_pages pages = { NULL, 0 };
	struct words *knobs = &resources_of(into)->knobs;
	bool new = is_new("hugetlb");

	strict_object(at, keys, &pages);
	/* As large as numbers of bytes can be: none. */
	if (pages.limit > INT64_MAX)
		words_add(knobs, "hugetlb.%s.%s", pages.size,
			  new ? "max=max" : "limit_in_bytes=-1");
	else
		words_add(knobs, "hugetlb.%s.%s=%llu", pages.size, new ? "max" : "limit_in_bytes",
			  (unsigned long long)pages.limit);
}

void bundle_read_huge_pages(const struct at *at, void *into)
{
	strict_list(at, read_huge_page, into);
}

/* ---- network ---- */

struct interface {
	const char *name;
	uint32_t priority;
};

static void read_class(const struct at *at, void *into)
{
	long long class = strict_number(at, 0, UINT32_MAX);

	if (!class)
		return;
	need_v1(at, "net_cls");
	words_add(&resources_of(into)->knobs, "net_cls.classid=%lld", class);
}

static void read_interface_name(const struct at *at, void *into)
{
	const char *name = strict_string(at);

	if (!*name || strlen(name) > 15 || strpbrk(name, "/ \t\n=,"))
		strict_wrong(at, "no network interface has such a name");
	((struct interface *)into)->name = name;
}

static void read_interface_priority(const struct at *at, void *into)
{
	((struct interface *)into)->priority = (uint32_t)strict_number(at, 0, UINT32_MAX);
}

static void read_interface(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "name", read_interface_name, true },
		{ "priority", read_interface_priority, true },
		{ NULL, NULL, false },
	};
	struct interface interface = { NULL, 0 };

	strict_object(at, keys, &interface);
	need_v1(at, "net_prio");
	words_add(&resources_of(into)->knobs, "net_prio.ifpriomap=%s %u", interface.name,
		  interface.priority);
}

static void read_interfaces(const struct at *at, void *into)
{
	strict_list(at, read_interface, into);
}

void bundle_read_network(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "classID", read_class, false },
		{ "priorities", read_interfaces, false },
		{ NULL, NULL, false },
	};

	strict_object(at, keys, into);
}

/* ---- rdma ---- */

struct rdma {
	int64_t handles, objects;
};

static void read_handles(const struct at *at, void *into)
{
	((struct rdma *)into)->handles = strict_number(at, 0, UINT32_MAX);
}

static void read_objects(const struct at *at, void *into)
{
	((struct rdma *)into)->objects = strict_number(at, 0, UINT32_MAX);
}

static void read_rdma_device(const struct at *at, void *into)
{
	static const struct key keys[] = {
		{ "hcaHandles", read_handles, false },
		{ "hcaObjects", read_objects, false },
		{ NULL, NULL, false },
	};
	struct rdma rdma = { BUNDLE_UNSET, BUNDLE_UNSET };
	char *handles = copy_text(""), *objects = copy_text("");

	strict_object(at, keys, &rdma);
	if (!*at->key || strlen(at->key) > 100 || strpbrk(at->key, "/ \t\n="))
		strict_wrong(at, "no device has such a name");
	if (rdma.handles != BUNDLE_UNSET)
		handles = print_text(" hca_handle=%lld", (long long)rdma.handles);
	if (rdma.objects != BUNDLE_UNSET)
		objects = print_text(" hca_object=%lld", (long long)rdma.objects);
	if (*handles || *objects)
		words_add(&resources_of(into)->knobs, "rdma.max=%s%s%s", at->key, handles, objects);
}

void bundle_read_rdma(const struct at *at, void *into)
{
	strict_map(at, read_rdma_device, into);
}

/* ---- real-time of the CPU ---- */

void bundle_read_rt_period(const struct at *at, void *into)
{
	long long period = strict_number(at, 0, INT32_MAX);

	if (!period)
		return;
	need_v1(at, "cpu");
	resources_of(into)->rt_period = period;
}

void bundle_read_rt_runtime(const struct at *at, void *into)
{
	long long runtime = strict_number(at, -1, INT32_MAX);

	if (!runtime)
		return;
	need_v1(at, "cpu");
	resources_of(into)->rt_runtime = runtime;
}
