using System.Buffers;
using System.Diagnostics;
using Paraformer.Audio.Tests.Compressed;
using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Tests.Workers;

public class DecoderPoolTests
{
    private const string Name = "opus 24k";

    [Fact]
    public void Without_a_worker_the_five_formats_are_refused_in_one_line_and_the_rest_works()
    {
        using var pool = new DecoderPool(1, static () => throw new DecoderWorkerException("there is none"));
        foreach (AudioCodec codec in (AudioCodec[])[AudioCodec.Mp3, AudioCodec.Opus, AudioCodec.Speex, AudioCodec.Aac, AudioCodec.Amr])
        {
            var e = Assert.Throws<AudioFormatException>(() => AudioDecoders.Create(codec, 16000, 16000, pool));
            Assert.Equal(AudioFormatError.Unsupported, e.Error);
            Assert.Contains("there is none: install FFmpeg", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }

        AudioDecoders.Create(AudioCodec.Pcm, 16000, 16000, pool).Dispose();
        AudioDecoders.Create(AudioCodec.Wav, 16000, 16000, pool).Dispose();
    }

    [Fact]
    public async Task A_stream_goes_on_in_another_worker_when_its_own_is_lost_between_requests()
    {
        byte[] stream = await Encodings.GetAsync(Name);
        using var pool = new DecoderPool(1, DecoderWorker.Start);
        float[] expected = Decoding.Run(AudioCodec.Opus, stream).Samples;
        using StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Opus, 16000, 16000, pool);
        var output = new ArrayBufferWriter<float>();
        decoder.Decode(stream.AsSpan(0, stream.Length / 2), output);
        int lostAt = output.WrittenCount;
        await KillAsync(Assert.Single(pool.ProcessIds));

        decoder.Decode(stream.AsSpan(stream.Length / 2), output);
        decoder.Complete(output);

        float[] samples = output.WrittenSpan.ToArray();
        Assert.Equal(expected.Length, samples.Length);
        Assert.Equal(expected[..lostAt], samples[..lostAt]);
        double error = expected.Zip(samples, static (a, b) => (double)(a - b) * (a - b)).Sum() / expected.Sum(static a => (double)a * a);
        Assert.InRange(error, 0, 0.02);
    }

    [Fact]
    public async Task A_worker_that_ends_is_replaced()
    {
        byte[] stream = await Encodings.GetAsync(Name);
        using var pool = new DecoderPool(1, DecoderWorker.Start);
        pool.Start();
        int first = Assert.Single(pool.ProcessIds);
        await KillAsync(first);

        using StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Opus, 16000, 16000, pool);
        var output = new ArrayBufferWriter<float>();
        decoder.Decode(stream, output);

        Assert.NotEqual(0, output.WrittenCount);
        Assert.NotEqual(first, Assert.Single(pool.ProcessIds));
    }

    [Fact]
    public async Task Many_sessions_share_few_processes_and_leave_nothing_behind()
    {
        byte[] stream = await Encodings.GetAsync(Name);
        using var pool = new DecoderPool(2, DecoderWorker.Start);
        pool.Start();
        int before = OpenFiles();
        for (int round = 0; round < 5; round++)
        {
            List<StreamingAudioDecoder> decoders = [.. Enumerable.Range(0, 40).Select(_ => AudioDecoders.Create(AudioCodec.Opus, 16000, 16000, pool))];
            foreach (StreamingAudioDecoder decoder in decoders)
            {
                decoder.Decode(stream.AsSpan(0, 4000), new ArrayBufferWriter<float>());
            }

            decoders.ForEach(static d => d.Dispose());
        }

        Assert.InRange(pool.ProcessIds.Count, 1, 2);

        // The second worker has pipes and a process handle of its own.
        Assert.InRange(OpenFiles() - before, -1000, 12);
    }

    [Fact]
    public async Task A_worker_ends_when_its_input_is_closed()
    {
        Encodings.RequireDecoder(AudioCodec.Opus);
        using Process process = Process.Start(WorkerProgram.StartInfo())!;
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void A_worker_inherits_no_secrets()
    {
        ProcessStartInfo start = WorkerProgram.StartInfo();
        Assert.DoesNotContain(start.Environment.Keys, static name => name.Contains("KEY", StringComparison.OrdinalIgnoreCase) || name.Contains("TOKEN", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task KillAsync(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
}
