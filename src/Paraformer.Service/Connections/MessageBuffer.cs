using System.Buffers;

namespace Paraformer.Service.Connections;

/// <summary>Takes one message after another; between them it holds no memory.</summary>
internal sealed class MessageBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 1024;

    private byte[] _bytes = [];
    private int _length;

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = _length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstBytes, 2 * _bytes.Length)));
            WrittenMemory.CopyTo(larger);
            Release();
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Clear()
    {
        _length = 0;
        Release();
        _bytes = [];
    }

    private void Release()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
