namespace Bothy.Packages.Alpine.Adb;

/// <summary>What an apk v3 file holds: four letters behind its magic, as a little-endian number.</summary>
internal enum AdbSchema : uint
{
    /// <summary><c>pckg</c></summary>
    Package = 0x676b6370,

    /// <summary><c>indx</c></summary>
    Index = 0x78646e69,
}
