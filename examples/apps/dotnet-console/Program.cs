using System.Runtime.InteropServices;

var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
var spring = new DateTimeOffset(2024, 3, 31, 1, 0, 0, TimeSpan.Zero);
Console.WriteLine($"hello {string.Join(' ', args)} from .NET {Environment.Version.Major} as {Environment.UserName}, where it was {TimeZoneInfo.ConvertTime(spring, berlin):HH:mm}, on {RuntimeInformation.RuntimeIdentifier}");
