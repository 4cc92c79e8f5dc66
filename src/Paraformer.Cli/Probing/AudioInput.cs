using System.Buffers;
using System.Text;
using Paraformer.Audio;
using Paraformer.Cli.Output;
using Paraformer.Cli.Terminal;

namespace Paraformer.Cli.Probing;

/// <summary>An opened audio file, or standard input, with what its first bytes say.</summary>
internal sealed class AudioInput : IAsyncDisposable
{
    private const int HeadSize = 4096;
    private const int MaxPipeHeadSize = 64 * 1024;
    private const int MaxPipeTagSize = 4 * 1024 * 1024;

    private static readonly SearchValues<byte> TextBytes = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b), (byte)'\t', (byte)'\n', (byte)'\r']);

    private readonly Stream _source;
    private byte[] _head;
    private Stream _stream;
    private int _headRead;

    private AudioInput(string name, Stream stream, byte[] head, AudioProbeResult? probe)
    {
        Name = name;
        _source = stream;
        _stream = stream;
        _head = head;
        Probe = probe;
    }

    /// <summary>The path as given, or <c>standard input</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is a pipe: read once, of unknown length.</summary>
    public bool IsPipe => !_source.CanSeek;

    /// <summary>Whether ffmpeg converts it on the way.</summary>
    public bool IsConverted => _stream != _source;

    /// <summary>What the first bytes say; null where they show no audio format.</summary>
    public AudioProbeResult? Probe { get; }

    /// <summary>Length of the audio of a file; null where unknown.</summary>
    public long? DurationMs => Probe?.Duration is { } duration ? (long)duration.TotalMilliseconds : null;

    /// <summary>Something that does not stop recognition; null where all is well.</summary>
    public string? Warning => Probe?.IsTruncated == true
        ? $"the file is cut off: its header announces more than the {TimeText.Clock(DurationMs ?? 0)} of audio that is there"
        : null;

    /// <summary>Whether the first bytes read as plain text: samples take every byte value.</summary>
    public bool LooksLikeText => !_head.AsSpan(0, Math.Min(_head.Length, HeadSize)).ContainsAnyExcept(TextBytes);

    /// <summary>Opens and probes audio.</summary>
    /// <param name="path">A path, or <c>-</c> for standard input.</param>
    /// <param name="console">Where standard input comes from.</param>
    /// <param name="cancellationToken">Stops waiting for the first bytes.</param>
    /// <exception cref="CliException">There is no such file, it cannot be read, or it holds no bytes.</exception>
    public static async Task<AudioInput> OpenAsync(string path, CliConsole console, CancellationToken cancellationToken)
    {
        string name = path == "-" ? "standard input" : path;
        Stream stream = path == "-" ? OpenStandardInput(console) : OpenFile(path);
        try
        {
            if (!stream.CanSeek)
            {
                return await ProbePipeAsync(name, stream, cancellationToken);
            }

            byte[] head = await ReadHeadAsync(stream, HeadSize, cancellationToken);
            RequireBytes(head, name);
            stream.Position = 0;
            AudioProbeResult? probe = await AudioProbe.ProbeAsync(stream, cancellationToken);
            stream.Position = head.Length;
            return new AudioInput(name, stream, head, probe);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            await stream.DisposeAsync();
            throw CliException.Usage("it cannot be read: " + problem.Message, name, "check the file and its permissions", problem);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has ffmpeg turn the audio into 16-bit mono samples; from now on these are read.</summary>
    /// <param name="program">ffmpeg.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <exception cref="IOException">ffmpeg cannot be started.</exception>
    public void Convert(string program, int sampleRate)
    {
        _stream = IsPipe ? Ffmpeg.Convert(program, null, new PrefixedStream(_head, _source), sampleRate) : Ffmpeg.Convert(program, Name, null, sampleRate);
        _headRead = _head.Length;
    }

    /// <summary>Waits until ffmpeg, where it converts, has shown that it can.</summary>
    /// <exception cref="CliException">It cannot; the message says why.</exception>
    public async Task EnsureConvertedAsync(CancellationToken cancellationToken)
    {
        if (!IsConverted)
        {
            return;
        }

        try
        {
            _head = await ReadHeadAsync(_stream, HeadSize, cancellationToken);
            _headRead = 0;
        }
        catch (IOException problem)
        {
            string what = Probe is null ? $"this is no known audio format, and {problem.Message}; it begins with the bytes {DescribeHead()}" : problem.Message;
            throw CliException.Usage(what, Name, "check that it is a recording", problem);
        }

        if (_head.Length == 0)
        {
            throw CliException.Usage("ffmpeg finds no sound in it", Name, "give a recording");
        }
    }

    /// <summary>Reads the next bytes from the very first one on; 0 at the end.</summary>
    /// <remarks>A read of a pipe cannot be called back: when cancelled it is left behind.</remarks>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_headRead == _head.Length)
        {
            return ReadAsync(_stream, buffer, cancellationToken);
        }

        int count = Math.Min(buffer.Length, _head.Length - _headRead);
        _head.AsMemory(_headRead, count).CopyTo(buffer);
        _headRead += count;
        return ValueTask.FromResult(count);
    }

    /// <summary>The first bytes in a form fit for a message: text quoted, other bytes in hex.</summary>
    public string DescribeHead()
    {
        ReadOnlySpan<byte> first = _head.AsSpan(0, Math.Min(_head.Length, LooksLikeText ? 24 : 8));
        return LooksLikeText ? $"\"{SentenceText.OneLine(Encoding.ASCII.GetString(first))}\"" : System.Convert.ToHexStringLower(first);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static Stream OpenStandardInput(CliConsole console)
    {
        if (console.InputIsTerminal)
        {
            throw CliException.Usage("standard input is a terminal", "-", "pipe audio in, as in: paraformer transcribe - < speech.wav");
        }

        return console.OpenInput();
    }

    private static FileStream OpenFile(string path)
    {
        if (path.Length == 0)
        {
            throw CliException.Usage("the file's name is empty", "FILE", "name an audio file");
        }

        if (Directory.Exists(path))
        {
            throw CliException.Usage("this is a directory", path, "name an audio file in it");
        }

        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliException.Usage("there is no such file", path, "check the path", missing);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CliException.Usage("it cannot be opened: " + problem.Message, path, "check the file and its permissions", problem);
        }
    }

    // A pipe cannot be read twice: what is needed to know its format is kept and read again from memory. No more than that
    // is waited for, for the pipe may be a live one.
    private static async Task<AudioInput> ProbePipeAsync(string name, Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[HeadSize];
        int length = 0;
        while (true)
        {
            int count = await ReadAsync(stream, buffer.AsMemory(length), cancellationToken);
            length += count;
            byte[] head = buffer[..length];
            RequireBytes(head, name);
            using var memory = new MemoryStream(head, writable: false);
            AudioProbeResult? probe = await AudioProbe.ProbeAsync(memory, cancellationToken);
            if (count == 0 || probe?.Encoding is not null || length >= LargestHead(probe))
            {
                // Length and truncation were judged by the first bytes alone.
                return new AudioInput(name, stream, head, probe is null ? null : probe with { Duration = null, IsTruncated = null });
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    // Chunks before a WAV's samples, or a tag before MP3 and others, may be longer than what shows a format.
    private static int LargestHead(AudioProbeResult? probe) => probe switch
    {
        { Container: "wav" } => MaxPipeHeadSize,
        { Codec: AudioCodec.Mp3 } => MaxPipeTagSize,
        _ => HeadSize,
    };

    private static void RequireBytes(byte[] head, string name)
    {
        if (head.Length == 0)
        {
            throw CliException.Usage("there is no audio, not a single byte", name, "give a recording");
        }
    }

    private static async Task<byte[]> ReadHeadAsync(Stream stream, int size, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[size];
        int length = 0;
        while (length < size && await ReadAsync(stream, buffer.AsMemory(length), cancellationToken) is > 0 and int count)
        {
            length += count;
        }

        return buffer[..length];
    }

    private static async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ValueTask<int> read = stream.ReadAsync(buffer, cancellationToken);
        return read.IsCompleted ? await read : await read.AsTask().WaitAsync(cancellationToken);
    }
}
