using Paraformer.Service.Limits;

namespace Paraformer.Service.Tasks;

/// <summary>Audio that came before its task had started, in order. Not thread-safe.</summary>
internal sealed class EarlyAudio(int maxBytes, BufferBudget budget)
{
    private const int BlockBytes = 4 * 1024;

    private readonly Queue<Block> _blocks = new();
    private Block? _last;
    private int _bytes;
    private bool _isCleared;

    /// <summary>Copies audio to the end. False, with nothing taken, where it would go over the limit or over what all may hold.</summary>
    public bool TryAppend(ReadOnlySpan<byte> audio)
    {
        int free = _last is null ? 0 : BlockBytes - _last.Length;
        int blocks = (Math.Max(0, audio.Length - free) + BlockBytes - 1) / BlockBytes;
        if (_isCleared || audio.Length > maxBytes - _bytes || !budget.TryTake(blocks * BlockBytes))
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
        budget.Return(BlockBytes);
        audio = block.Bytes.AsMemory(0, block.Length);
        return true;
    }

    /// <summary>Drops what is left, and takes no more.</summary>
    public void Clear()
    {
        _isCleared = true;
        budget.Return(_blocks.Count * BlockBytes);
        _bytes = 0;
        _last = null;
        _blocks.Clear();
    }

    private sealed class Block
    {
        public byte[] Bytes { get; } = new byte[BlockBytes];

        public int Length { get; set; }
    }
}
