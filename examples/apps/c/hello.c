#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : getenv("GREETED");

    printf("hello %s from C as user %d, on glibc %s\n", name ? name : "world", (int)getuid(), gnu_get_libc_version());
    return 0;
}
