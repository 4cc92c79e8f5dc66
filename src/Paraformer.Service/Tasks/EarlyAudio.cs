namespace Paraformer.Service.Tasks;

/// <summary>Audio that came before its task had started, in order. Not thread-safe.</summary>
internal sealed class EarlyAudio(int maxBytes)
{
    private const int BlockBytes = 16 * 1024;

    private readonly Queue<Block> _blocks = new();
    private Block? _last;
    private int _bytes;

    /// <summary>Copies audio to the end. False, with nothing taken, where it would go over the limit.</summary>
    public bool TryAppend(ReadOnlySpan<byte> audio)
    {
        if (audio.Length > maxBytes - _bytes)
        {
            return false;
        }

        _bytes += audio.Length;
        while (!audio.IsEmpty)
        {
            if (_last is null || _last.Length == BlockBytes)
            {
                _last = new Block();
                _blocks.Enqueue(_last);
            }

            int count = Math.Min(audio.Length, BlockBytes - _last.Length);
            audio[..count].CopyTo(_last.Bytes.AsSpan(_last.Length));
            _last.Length += count;
            audio = audio[count..];
        }

        return true;
    }

    /// <summary>Takes the oldest block out. False where nothing is left.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> audio)
    {
        if (!_blocks.TryDequeue(out Block? block))
        {
            audio = default;
            return false;
        }

        if (block == _last)
        {
            _last = null;
        }

        _bytes -= block.Length;
        audio = block.Bytes.AsMemory(0, block.Length);
        return true;
    }

    private sealed class Block
    {
        public byte[] Bytes { get; } = new byte[BlockBytes];

        public int Length { get; set; }
    }
}
