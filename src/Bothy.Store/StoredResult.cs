namespace Bothy.Store;

/// <summary>The ways a derived result is read.</summary>
internal static class StoredResult
{
    /// <summary>The whole content, verified; null where there is none that is good.</summary>
    public static byte[]? TryRead(StoreDirectory directory, ResultName name, int limit)
    {
        try
        {
            using var file = ResultFile.TryOpen(directory, name);
            if (file is null)
            {
                return null;
            }

            if (file.Length > limit)
            {
                throw new BothyException(FormattableString.Invariant($"cannot read {name} from the store: it has {file.Length} bytes, more than {limit}"));
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
            file.ReadBlocks(0, bytes);
            return bytes;
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    /// <summary>The content, verified as it is read; null where there is none.</summary>
    public static Stream? TryOpen(StoreDirectory directory, ResultName name)
    {
        try
        {
            return ResultFile.TryOpen(directory, name) is { } file ? new ResultStream(file) : null;
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }
}
