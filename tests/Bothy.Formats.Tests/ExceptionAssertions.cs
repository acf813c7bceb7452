namespace Bothy.Formats.Tests;

internal static class ExceptionAssertions
{
    /// <summary>Fails where a parser of foreign bytes threw anything but what it may throw.</summary>
    public static void IsMalformedOrNone(this Exception? exception) =>
        Assert.True(exception is null or MalformedDataException, exception?.ToString());
}
