namespace Paraformer.Audio.Pcm;

/// <summary>Converts interleaved frames to mono floats: the average of the channels.</summary>
internal static class MonoMixer
{
    /// <param name="frames">Whole interleaved frames: <c>mono.Length × channels</c> samples.</param>
    /// <param name="encoding">How each sample is stored.</param>
    /// <param name="channels">1 or more.</param>
    /// <param name="mono">One value a frame; within [-1, 1] for integer encodings, within [-4, 4] for floats.</param>
    public static void Mix(ReadOnlySpan<byte> frames, SampleEncoding encoding, int channels, Span<float> mono)
    {
        switch (encoding)
        {
            case SampleEncoding.U8: Mix<U8>(frames, channels, mono); break;
            case SampleEncoding.S16Le: Mix<S16Le>(frames, channels, mono); break;
            case SampleEncoding.S24Le: Mix<S24Le>(frames, channels, mono); break;
            case SampleEncoding.S32Le: Mix<S32Le>(frames, channels, mono); break;
            case SampleEncoding.F32Le: Mix<F32Le>(frames, channels, mono); break;
            case SampleEncoding.F64Le: Mix<F64Le>(frames, channels, mono); break;
            case SampleEncoding.ALaw: Mix<ALaw>(frames, channels, mono); break;
            case SampleEncoding.MuLaw: Mix<MuLaw>(frames, channels, mono); break;
            case SampleEncoding.S16Be: Mix<S16Be>(frames, channels, mono); break;
            case SampleEncoding.S24Be: Mix<S24Be>(frames, channels, mono); break;
            case SampleEncoding.S32Be: Mix<S32Be>(frames, channels, mono); break;
            case SampleEncoding.F32Be: Mix<F32Be>(frames, channels, mono); break;
            case SampleEncoding.F64Be: Mix<F64Be>(frames, channels, mono); break;
            default: throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null);
        }
    }

    private static void Mix<TReader>(ReadOnlySpan<byte> frames, int channels, Span<float> mono)
        where TReader : struct, ISampleReader
    {
        if (channels == 1)
        {
            for (int i = 0; i < mono.Length; i++)
            {
                mono[i] = TReader.Read(frames.Slice(i * TReader.ByteCount, TReader.ByteCount));
            }

            return;
        }

        float scale = 1f / channels;
        int at = 0;
        for (int i = 0; i < mono.Length; i++)
        {
            float sum = 0f;
            for (int channel = 0; channel < channels; channel++, at += TReader.ByteCount)
            {
                sum += TReader.Read(frames.Slice(at, TReader.ByteCount));
            }

            mono[i] = sum * scale;
        }
    }
}
