/* picture.c: boxes in boxes, as SVG. See picture.h. No font can be measured
 * here, so lines are broken by what letters of a typewriter take. */
#include <stdio.h>
#include <string.h>

#include "picture.h"

#define WIDTH 960
#define MARGIN 20
#define INSET 12    /* from a box to the next inner one */
#define HEAD 26	    /* the line with the name */
#define LINE 16	    /* a line of text */
#define LETTER 7.3  /* a letter of a typewriter at 12 pixels */
#define LINES_MAX 3 /* of the text; the rest is shown under the pointer */

static const struct {
	const char *line, *fill, *dash, *legend;
} makers[] = {
	[MAKER_OUTSIDE] = { "#b45309", "#fffbeb", "", "a supervisor, which stays outside" },
	[MAKER_FIRST] = { "#1d4ed8", "#eff6ff", "", "PID 1" },
	[MAKER_PROGRAM] = { "#15803d", "#f0fdf4", "", "the program, or a process before it" },
	[MAKER_NOBODY] = { "#6b7280", "#f9fafb", "6 4", "the same outside" },
	[MAKER_UNKNOWN] = { "#a21caf", "#fdf4ff", "2 3", "not known" },
};

/* Writes `bytes` of a text, as XML wants it. */
static void put(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		switch (text[i]) {
		case '&': fputs("&amp;", stdout); break;
		case '<': fputs("&lt;", stdout); break;
		case '>': fputs("&gt;", stdout); break;
		case '"': fputs("&quot;", stdout); break;
		default: putchar(text[i]);
		}
}

static void put_text(double x, double y, const char *style, const char *text, size_t bytes)
{
	printf("<text x=\"%.0f\" y=\"%.0f\" %s>", x, y, style);
	put(text, bytes);
	fputs("</text>\n", stdout);
}

/* How many letters the first `bytes` of a text are. */
static size_t letters(const char *text, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* How many bytes of a text go on one line of `room` letters: up to a blank or
 * behind a comma where there is one. */
static size_t line_of(const char *text, size_t room)
{
	size_t bytes = 0, good = 0;

	for (size_t n = 0; text[bytes] && n < room; n++) {
		do
			bytes++;
		while (((unsigned char)text[bytes] & 0xc0) == 0x80);
		if (!text[bytes] || text[bytes] == ' ' || text[bytes - 1] == ',')
			good = bytes;
	}
	return good ? good : bytes;
}

static size_t room_at(size_t depth)
{
	return (size_t)((double)(WIDTH - 2 * (MARGIN + INSET * (int)depth) - 24) / LETTER);
}

static int lines_of(const char *text, size_t room)
{
	int lines = 0;

	while (*text && lines < LINES_MAX) {
		text += line_of(text, room);
		text += strspn(text, " ");
		lines++;
	}
	return lines;
}

/* From the top of a box to where the next one begins. */
static int height_above(const struct box *box, size_t depth)
{
	return HEAD + LINE * (lines_of(box->text, room_at(depth)) + (box->note != NULL)) + 8;
}

static void put_lines(const struct box *box, double x, double y, size_t room)
{
	const char *text = box->text;

	for (int line = 0; *text && line < LINES_MAX; line++, y += LINE) {
		size_t bytes = line_of(text, room);
		const char *rest = text + bytes + strspn(text + bytes, " ");

		if (line == LINES_MAX - 1 && *rest) {
			bytes = line_of(text, room - 4);
			printf("<text x=\"%.0f\" y=\"%.0f\" class=\"t\">", x, y);
			put(text, bytes);
			fputs(" ...</text>\n", stdout);
			return;
		}
		put_text(x, y, "class=\"t\"", text, bytes);
		text = rest;
	}
}

static void put_box(const struct box *box, size_t depth, size_t count, int top, int height)
{
	double x = MARGIN + INSET * (double)depth, width = WIDTH - 2 * x;
	const char *color = makers[box->maker].line;
	char style[80];

	printf("<g><title>");
	put(box->name, strlen(box->name));
	fputs(": ", stdout);
	put(box->text, strlen(box->text));
	printf("</title>\n<rect x=\"%.0f\" y=\"%d\" width=\"%.0f\" height=\"%d\" rx=\"6\" "
	       "fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\" stroke-dasharray=\"%s\"/>\n",
	       x, top, width, height, makers[box->maker].fill, color,
	       depth + 1 == count ? "2.5" : "1.5", makers[box->maker].dash);
	snprintf(style, sizeof(style), "class=\"n\" fill=\"%s\"", color);
	put_text(x + 12, top + 19, style, box->name, strlen(box->name));
	snprintf(style, sizeof(style), "class=\"w\" fill=\"%s\"", color);
	put_text(x + width - 12, top + 19, style, box->who, strlen(box->who));
	if (box->note)
		put_text(x + 12, top + 19 + LINE, "class=\"o\"", box->note, strlen(box->note));
	put_lines(box, x + 12, top + 19 + LINE * (1 + (box->note != NULL)), room_at(depth));
	fputs("</g>\n", stdout);
}

/* What the colors mean, for those that were used. */
static void put_legend(const char *lead, const struct box *boxes, size_t count, int y)
{
	double x = MARGIN;

	put_text(x, y, "class=\"o\"", lead, strlen(lead));
	x += 14 + 6 * (double)strlen(lead);
	for (size_t maker = 0; maker < sizeof(makers) / sizeof(*makers); maker++) {
		size_t i = 0;

		while (i < count && boxes[i].maker != maker)
			i++;
		if (i == count)
			continue;
		printf("<rect x=\"%.0f\" y=\"%d\" width=\"20\" height=\"12\" rx=\"3\" fill=\"%s\" "
		       "stroke=\"%s\" stroke-dasharray=\"%s\"/>\n",
		       x, y - 10, makers[maker].fill, makers[maker].line, makers[maker].dash);
		put_text(x + 26, y, "class=\"o\"", makers[maker].legend,
			 strlen(makers[maker].legend));
		x += 54 + 5.7 * (double)letters(makers[maker].legend, strlen(makers[maker].legend));
	}
}

int picture_print(const char *title, const char *lead, const char *foot, const struct box *boxes,
		  size_t count)
{
	int top = 70, inner = 0, height, y;

	for (size_t i = 0; i < count; i++)
		inner += height_above(&boxes[i], i);
	height = inner + INSET * ((int)count - 1);
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	       "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
	       WIDTH, top + height + 40, WIDTH, top + height + 40);
	put(title, strlen(title));
	fputs("</title>\n<style>text{font-family:sans-serif;font-size:12px}"
	      ".n{font-weight:bold;font-size:14px}.w{text-anchor:end;font-style:italic}"
	      ".t{font-family:monospace;white-space:pre}.o{fill:#374151}</style>\n"
	      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
	      stdout);
	put_text(MARGIN, 30, "class=\"n\"", title, strlen(title));
	put_legend(lead, boxes, count, 54);
	y = top;
	for (size_t i = 0; i < count; i++) {
		put_box(&boxes[i], i, count, y, height);
		y += height_above(&boxes[i], i);
		height -= height_above(&boxes[i], i) + INSET;
	}
	put_text(MARGIN, y + INSET * (int)(count - 1) + 24, "class=\"o\"", foot, strlen(foot));
	fputs("</svg>\n", stdout);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
