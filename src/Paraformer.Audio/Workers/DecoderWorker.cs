using System.Buffers;
using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Paraformer.Audio.Workers;

/// <summary>A worker could not be started, or has ended or hung.</summary>
internal sealed class DecoderWorkerException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether it ended while it worked on this request, which may be the reason.</summary>
    public bool DuringRequest { get; init; }
}

/// <summary>
/// One process in which packets of many streams are decoded, one request at a time. A request that is not answered in
/// <see cref="AnswerTimeout"/> ends the process. The process ends by itself when its standard input is closed, so also
/// when this process dies.
/// </summary>
internal sealed class DecoderWorker : IDisposable
{
    /// <summary>A request takes a millisecond or so: a worker that needs this long has been brought to hang.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Stream _requests;
    private readonly Stream _answers;
    private readonly Timer _watchdog;
    private readonly Lock _turn = new();
    private volatile bool _isDead;

    private DecoderWorker(Process process)
    {
        _process = process;
        _requests = process.StandardInput.BaseStream;
        _answers = process.StandardOutput.BaseStream;
        _watchdog = new Timer(_ => Kill());
        Codecs = [];
    }

    /// <summary>Whether it has ended.</summary>
    public bool IsDead => _isDead || _process.HasExited;

    /// <summary>Codec numbers that it can decode.</summary>
    public IReadOnlyList<byte> Codecs { get; private set; }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts a process and waits until it is ready, about 100 ms.</summary>
    /// <exception cref="DecoderWorkerException">It cannot be started.</exception>
    public static DecoderWorker Start()
    {
        DecoderWorker worker;
        try
        {
            worker = new DecoderWorker(Process.Start(WorkerProgram.StartInfo()) ?? throw new DecoderWorkerException("no process was started"));
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            throw new DecoderWorkerException("the decoder process cannot be started: " + e.Message, e);
        }

        try
        {
            worker.Request(WorkerProtocol.Hello, 0, [], answer =>
                worker.Codecs = [.. Enumerable.Range(0, Math.Min(answer.Length, WorkerProtocol.CodecCount)).Where(i => answer.Span[i] == 1).Select(i => (byte)i)]);
            return worker;
        }
        catch (DecoderWorkerException)
        {
            worker.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="operation">One of <see cref="WorkerProtocol"/>'s.</param>
    /// <param name="session">The session's number.</param>
    /// <param name="body">The operation's fields.</param>
    /// <param name="read">Reads the result. Not called when the worker refuses.</param>
    /// <returns>Why the worker refuses; null when it does not.</returns>
    /// <exception cref="DecoderWorkerException">The process has ended, before or <see cref="DecoderWorkerException.DuringRequest"/>.</exception>
    public string? Request(byte operation, int session, ReadOnlySpan<byte> body, Action<ReadOnlyMemory<byte>> read)
    {
        lock (_turn)
        {
            ThrowIfDead();
            byte[]? answer = null;
            try
            {
                _watchdog.Change(AnswerTimeout, Timeout.InfiniteTimeSpan);
                Send(operation, session, body);
                int size = ReceiveLength();
                answer = ArrayPool<byte>.Shared.Rent(size);
                _answers.ReadExactly(answer, 0, size);
                _watchdog.Change(Timeout.Infinite, Timeout.Infinite);
                if (answer[0] != WorkerProtocol.Ok)
                {
                    return Encoding.UTF8.GetString(answer, 1, size - 1);
                }

                read(answer.AsMemory(1, size - 1));
                return null;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidDataException)
            {
                Kill();
                throw new DecoderWorkerException("the decoder process ended while it decoded this stream", e) { DuringRequest = true };
            }
            finally
            {
                if (answer is not null)
                {
                    ArrayPool<byte>.Shared.Return(answer);
                }
            }
        }
    }

    /// <summary>Frees a session.</summary>
    public void Close(int session)
    {
        lock (_turn)
        {
            if (IsDead)
            {
                return;
            }

            try
            {
                Send(WorkerProtocol.Close, session, []);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                Kill();
            }
        }
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        Kill();
        _watchdog.Dispose();
        _requests.Dispose();
        _answers.Dispose();
        _process.Dispose();
    }

    private void ThrowIfDead()
    {
        if (IsDead)
        {
            _isDead = true;
            throw new DecoderWorkerException("the decoder process has ended");
        }
    }

    private void Send(byte operation, int session, ReadOnlySpan<byte> body)
    {
        int size = sizeof(int) + WorkerProtocol.RequestHeaderSize + body.Length;
        byte[] message = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(message, size - sizeof(int));
            message[sizeof(int)] = operation;
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(sizeof(int) + 1), session);
            body.CopyTo(message.AsSpan(sizeof(int) + WorkerProtocol.RequestHeaderSize));
            _requests.Write(message, 0, size);
            _requests.Flush();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private int ReceiveLength()
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        _answers.ReadExactly(length);
        int size = BinaryPrimitives.ReadInt32LittleEndian(length);

        // The other side may have been taken over by a stream: nothing that it says is trusted.
        return size is >= 1 and <= WorkerProtocol.MaxResponseBytes ? size : throw new InvalidDataException("an answer of an impossible size");
    }

    private void Kill()
    {
        _isDead = true;
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
            Debug.Assert(_isDead, e.Message);
        }
    }
}
