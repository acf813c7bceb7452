#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    time_t spring = 1711846800; /* 31 March 2024, 01:00 UTC: the hour that summer time took */
    struct tm *there = localtime(&spring);
    char text[64];

    strftime(text, sizeof text, "%H:%M %Z", there);
    printf("hello from static C as user %d, where it was %s\n", (int)getuid(), text);
    return 0;
}
