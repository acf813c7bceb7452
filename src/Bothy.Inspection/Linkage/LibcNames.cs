namespace Bothy.Inspection.Linkage;

/// <summary>The two C libraries in words.</summary>
internal static class LibcNames
{
    public static string Of(LoaderFamily family) => family == LoaderFamily.Musl ? "musl (Alpine)" : "glibc (Debian, Ubuntu, Wolfi)";

    public static string WhatToDo(LoaderFamily wanted) => wanted == LoaderFamily.Musl
        ? "Use its build for glibc ('gnu' in the name), a static one, or an image of Alpine packages."
        : "Use its build for musl ('musl' or 'alpine' in the name), a static one, or an image of Debian or Wolfi packages.";
}
