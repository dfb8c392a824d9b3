/* address.c: the addresses of IPv4 and IPv6. See address.h. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "number.h"

bool address_parse(struct address *address, const char *text)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, address->bytes) == 1)
		address->family = AF_INET;
	else if (inet_pton(AF_INET6, text, address->bytes) == 1)
		address->family = AF_INET6;
	else
		return false;
	address->prefix = address_bits(address);
	return true;
}

bool address_parse_network(struct address *address, const char *text)
{
	const char *slash = strchr(text, '/');
	char part[INET6_ADDRSTRLEN];
	unsigned long long prefix;

	if (!slash || (size_t)(slash - text) >= sizeof(part))
		return false;
	snprintf(part, sizeof(part), "%.*s", (int)(slash - text), text);
	if (!address_parse(address, part) ||
	    !parse_number(slash + 1, (unsigned)address_bits(address), &prefix))
		return false;
	address->prefix = (int)prefix;
	return true;
}

size_t address_size(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

int address_bits(const struct address *address)
{
	return address->family == AF_INET ? 32 : 128;
}

static char *next_text(void)
{
	static char texts[8][INET6_ADDRSTRLEN + 4];
	static unsigned turn;

	return texts[turn++ % 8];
}

const char *address_text(const struct address *address)
{
	char *text = next_text();

	if (!inet_ntop(address->family, address->bytes, text, INET6_ADDRSTRLEN))
		*text = '\0';
	return text;
}

const char *address_network_text(const struct address *address)
{
	char *text = next_text();

	if (!inet_ntop(address->family, address->bytes, text, INET6_ADDRSTRLEN))
		*text = '\0';
	sprintf(text + strlen(text), "/%d", address->prefix);
	return text;
}

/* Bit number `bit`, counted from the left. */
static bool has_bit(const struct address *address, int bit)
{
	return address->bytes[bit / 8] >> (7 - bit % 8) & 1;
}

const char *address_range_text(const struct address *address)
{
	struct address range = *address;

	for (int bit = range.prefix; bit < address_bits(&range); bit++)
		range.bytes[bit / 8] &= (unsigned char)~(1 << (7 - bit % 8));
	return address_network_text(&range);
}

bool address_same(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, address_size(a)) == 0;
}

/* Whether the first bits of both are the same. */
static bool same_start(const struct address *a, const struct address *b, int bits)
{
	if (a->family != b->family)
		return false;
	for (int bit = 0; bit < bits; bit++)
		if (has_bit(a, bit) != has_bit(b, bit))
			return false;
	return true;
}

bool address_is_in(const struct address *address, const struct address *network)
{
	return same_start(address, network, network->prefix);
}

bool address_overlaps(const struct address *a, const struct address *b)
{
	return same_start(a, b, a->prefix < b->prefix ? a->prefix : b->prefix);
}

bool address_is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

bool address_is_loopback(const struct address *address)
{
	static const unsigned char one[16] = { [15] = 1 };

	return address->family == AF_INET ? address->bytes[0] == 127
					  : memcmp(address->bytes, one, sizeof(one)) == 0;
}

bool address_is_reserved(const struct address *address)
{
	int ones = 0, bits = address_bits(address) - address->prefix;

	/* A network of two addresses has use for both. */
	if (address->family != AF_INET || bits < 2)
		return false;
	for (int bit = address->prefix; bit < address_bits(address); bit++)
		ones += has_bit(address, bit);
	return ones == 0 || ones == bits;
}

socklen_t address_socket(const struct address *address, int port, struct sockaddr_storage *to)
{
	struct sockaddr_in *four = (struct sockaddr_in *)to;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (address->family == AF_INET) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		memcpy(&four->sin_addr, address->bytes, 4);
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	memcpy(&six->sin6_addr, address->bytes, 16);
	/* fe80:: is on every link; the kernel must be told on which. */
	if (address_is_link_local(address))
		six->sin6_scope_id = (unsigned)address->device;
	return sizeof(*six);
}
