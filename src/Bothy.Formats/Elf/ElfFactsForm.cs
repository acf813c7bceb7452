using System.Collections.Immutable;
using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>The compact form in which the facts of an ELF file are kept beside it. It may change with <see cref="Version"/>, which keepers keep too.</summary>
public static class ElfFactsForm
{
    /// <summary>The version of the form and of what is read from files: kept facts of another are to be read again.</summary>
    public const int Version = 2;

    /// <summary>The facts as bytes.</summary>
    public static byte[] Write(ElfFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write((byte)facts.Bits);
        writer.Write((byte)facts.Type);
        writer.Write((ushort)facts.Machine);
        writer.Write(facts.Flags);
        bool[] flags = [facts.IsBigEndian, facts.IsDynamic, facts.IsPositionIndependentExecutable, facts.BindsNow, facts.HasExecutableStack, facts.HasTextRelocations, facts.AbiNote is not null, facts.IsTruncated];
        writer.Write((byte)flags.Select((set, bit) => set ? 1 << bit : 0).Sum());
        writer.Write((byte)((int)facts.Relro | ((int)facts.Fortify << 2) | ((int)facts.Language << 4) | ((facts.HasStackProtector is { } has ? has ? 2 : 1 : 0) << 6)));
        foreach (string? text in (string?[])[facts.Interpreter, facts.SoName, facts.RPath, facts.RunPath])
        {
            Write(writer, text is null ? [] : [text]);
        }

        Write(writer, facts.Needed);
        writer.Write7BitEncodedInt(facts.VersionNeeds.Length);
        foreach (var need in facts.VersionNeeds)
        {
            writer.Write(need.Library);
            Write(writer, need.Versions);
            Write(writer, need.WeakVersions);
        }

        Write(writer, facts.VersionDefinitions);
        if (facts.AbiNote is var (system, major, minor, patch))
        {
            writer.Write(system);
            writer.Write(major);
            writer.Write(minor);
            writer.Write(patch);
        }

        Write(writer, facts.UndefinedSymbols);
        Write(writer, facts.DefinedSymbols);
        writer.Flush();
        return buffer.ToArray();
    }

    /// <summary>The facts of which <see cref="Write(ElfFacts)"/> made these bytes.</summary>
    /// <exception cref="MalformedDataException">It made none such.</exception>
    public static ElfFacts Read(ReadOnlyMemory<byte> bytes, string source)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false), Encoding.UTF8);
        try
        {
            return Read(reader);
        }
        catch (Exception failure) when (failure is EndOfStreamException or FormatException or OverflowException or ArgumentException)
        {
            throw new MalformedDataException(source, reader.BaseStream.Position, "kept facts of an ELF file that end too early or are none");
        }
    }

    private static ElfFacts Read(BinaryReader reader)
    {
        int bits = reader.ReadByte();
        var type = (ElfType)reader.ReadByte();
        int machine = reader.ReadUInt16();
        uint cpuFlags = reader.ReadUInt32();
        int flags = reader.ReadByte();
        int kinds = reader.ReadByte();
        return new ElfFacts
        {
            Bits = bits,
            Type = type,
            Machine = machine,
            Flags = cpuFlags,
            IsBigEndian = (flags & 1) != 0,
            IsDynamic = (flags & 2) != 0,
            IsPositionIndependentExecutable = (flags & 4) != 0,
            BindsNow = (flags & 8) != 0,
            HasExecutableStack = (flags & 16) != 0,
            HasTextRelocations = (flags & 32) != 0,
            IsTruncated = (flags & 128) != 0,
            Relro = (ElfRelro)(kinds & 3),
            Fortify = (ElfFortify)((kinds >> 2) & 3),
            Language = (ElfLanguage)((kinds >> 4) & 3),
            HasStackProtector = (kinds >> 6) switch { 2 => true, 1 => false, _ => null },
            Interpreter = ReadTexts(reader).FirstOrDefault(),
            SoName = ReadTexts(reader).FirstOrDefault(),
            RPath = ReadTexts(reader).FirstOrDefault(),
            RunPath = ReadTexts(reader).FirstOrDefault(),
            Needed = ReadTexts(reader),
            VersionNeeds = [.. Enumerable.Range(0, ReadCount(reader)).Select(_ => ReadNeed(reader))],
            VersionDefinitions = ReadTexts(reader),
            AbiNote = (flags & 64) != 0 ? new ElfAbiNote(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32()) : null,
            UndefinedSymbols = ReadTexts(reader),
            DefinedSymbols = ReadSymbols(reader),
        };
    }

    private static ElfVersionNeed ReadNeed(BinaryReader reader) => new(reader.ReadString(), ReadTexts(reader)) { WeakVersions = ReadTexts(reader) };

    private static void Write(BinaryWriter writer, ImmutableArray<string> texts)
    {
        writer.Write7BitEncodedInt(texts.Length);
        foreach (string text in texts)
        {
            writer.Write(text);
        }
    }

    // The hashes are as good as random: the distance of one to the next is shorter than either.
    private static void Write(BinaryWriter writer, ElfSymbolSet symbols)
    {
        writer.Write7BitEncodedInt(symbols.Count);
        uint before = 0;
        foreach (uint hash in symbols.Hashes)
        {
            writer.Write7BitEncodedInt64((hash - before) >> 1);
            before = hash - 1;
        }
    }

    private static ElfSymbolSet ReadSymbols(BinaryReader reader)
    {
        uint[] hashes = new uint[ReadCount(reader)];
        uint before = 0;
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = checked(before + (uint)(reader.Read7BitEncodedInt64() << 1));
            before = hashes[i];
        }

        return hashes.Length == 0 ? ElfSymbolSet.Empty : new ElfSymbolSet(hashes);
    }

    private static ImmutableArray<string> ReadTexts(BinaryReader reader)
    {
        int count = ReadCount(reader);
        var texts = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count; i++)
        {
            texts.Add(reader.ReadString());
        }

        return texts.MoveToImmutable();
    }

    // Each takes at least a byte.
    private static int ReadCount(BinaryReader reader)
    {
        int count = reader.Read7BitEncodedInt();
        return count >= 0 && count <= reader.BaseStream.Length - reader.BaseStream.Position
            ? count
            : throw new FormatException("a count of more than there is");
    }
}
