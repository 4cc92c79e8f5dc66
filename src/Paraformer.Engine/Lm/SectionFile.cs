using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Paraformer.Engine.Lm;

/// <summary>
/// A memory-mapped file of named arrays of numbers, little-endian: a magic number, the number of sections, per section its
/// name, offset and length, then the sections, each at a multiple of 16. All processes that map it share one copy.
/// </summary>
internal sealed unsafe class SectionFile : IDisposable
{
    private const ulong Magic = 0x31305443_45534650;
    private const int EntryBytes = 32;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;
    private readonly Dictionary<ulong, (long Offset, long Bytes)> _sections = [];
    private bool _disposed;

    private SectionFile(MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        _file = file;
        _view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _data);
        _data += view.PointerOffset;
        var header = new ReadOnlySpan<ulong>(_data, 2);
        if (header[0] != Magic || header[1] > 64)
        {
            throw new InvalidDataException("it is not a file of sections");
        }

        var entries = new ReadOnlySpan<ulong>(_data, 2 + ((int)header[1] * EntryBytes / 8))[2..];
        for (; !entries.IsEmpty; entries = entries[(EntryBytes / 8)..])
        {
            (ulong name, long offset, long bytes) = (entries[0], (long)entries[1], (long)entries[2]);
            if (offset < 0 || bytes < 0 || offset > length - bytes)
            {
                throw new InvalidDataException("a section lies outside the file");
            }

            _sections[name] = (offset, bytes);
        }
    }

    /// <summary>Maps a file.</summary>
    /// <exception cref="InvalidDataException">It was not written by <see cref="Write"/>, or not wholly.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SectionFile Open(string path)
    {
        long length = new FileInfo(path).Length;
        if (length < 16 + (64 * EntryBytes))
        {
            throw new InvalidDataException("it is not a file of sections");
        }

        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        try
        {
            return new SectionFile(file, view, length);
        }
        catch
        {
            view.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes sections.</summary>
    public static void Write(Stream stream, IReadOnlyList<(string Name, byte[] Data)> sections)
    {
        long offset = 16 + (64 * EntryBytes);
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write((ulong)sections.Count);
        foreach ((string name, byte[] data) in sections)
        {
            writer.Write(Key(name));
            writer.Write(offset);
            writer.Write((long)data.Length);
            writer.Write(0L);
            offset += (data.Length + 15) / 16 * 16;
        }

        writer.Write(new byte[(64 - sections.Count) * EntryBytes]);
        foreach ((_, byte[] data) in sections)
        {
            writer.Write(data);
            writer.Write(new byte[((data.Length + 15) / 16 * 16) - data.Length]);
        }
    }

    /// <summary>The bytes of an array, to be written.</summary>
    public static byte[] Bytes<T>(ReadOnlySpan<T> items)
        where T : unmanaged => MemoryMarshal.AsBytes(items).ToArray();

    /// <summary>A section.</summary>
    /// <exception cref="InvalidDataException">The file has none of that name.</exception>
    public MappedArray<T> Section<T>(string name)
        where T : unmanaged =>
        _sections.TryGetValue(Key(name), out (long Offset, long Bytes) section)
            ? new MappedArray<T>((T*)(_data + section.Offset), (int)(section.Bytes / Unsafe.SizeOf<T>()))
            : throw new InvalidDataException($"section '{name}' is missing");

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    // Names have at most eight letters.
    private static ulong Key(string name)
    {
        ulong key = 0;
        foreach (char c in name)
        {
            key = (key << 8) | c;
        }

        return key;
    }
}
