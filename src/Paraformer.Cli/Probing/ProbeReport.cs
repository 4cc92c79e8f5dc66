using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Paraformer.Audio;
using Paraformer.Cli.Output;
using Paraformer.Cli.Recognition;
using Paraformer.Protocol;

namespace Paraformer.Cli.Probing;

/// <summary>What <c>paraformer probe</c> tells of a recording.</summary>
internal sealed class ProbeReport
{
    private readonly AudioInput _input;
    private readonly Statement _stated;
    private readonly AudioProbeResult? _probe;
    private AudioMeasure? _measure;
    private ForeignFile? _foreign;
    private string? _problem;
    private bool _isStatementWrong;

    private ProbeReport(AudioInput input, Statement stated)
    {
        _input = input;
        _stated = stated;
        _probe = input.Probe;
    }

    /// <summary>A statement that does not hold, or bytes that are no audio: a description alone is what was asked for.</summary>
    public bool IsFailure => _isStatementWrong || (_probe is null && _problem is not null && !IsConvertible) || (_measure is { Problem: not null } && (_input.IsConverted || _probe?.CanDecode == true));

    /// <summary>Warnings and errors, each one line.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            if (_input.Warning is { } warning)
            {
                yield return $"warning: {warning} ({_input.Name})";
            }

            if (Problem is { } problem)
            {
                yield return problem;
            }
        }
    }

    private string? Problem => _problem ?? (_measure?.Problem is { } found ? $"{found.TrimEnd('.')} ({_input.Name})" : null);

    /// <summary>Looks at the header, then decodes the whole.</summary>
    /// <param name="input">The audio.</param>
    /// <param name="stated">What is to be checked.</param>
    /// <param name="converter">ffmpeg; null where it is not installed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ProbeReport> MakeAsync(AudioInput input, Statement stated, string? converter, CancellationToken cancellationToken)
    {
        var report = new ProbeReport(input, stated);
        int usual = ModelNames.DefaultSampleRate(stated.Model ?? "");
        try
        {
            FormatChoice choice = FormatChoice.Make(input, stated.Format, stated.SampleRate, usual, local: true, converter: null);
            report.CheckModel(choice.SampleRate);
        }
        catch (CliException unfit)
        {
            report._problem = unfit.Message;
            report._isStatementWrong = !stated.IsEmpty && input.Probe is not null;
        }

        try
        {
            FormatChoice own = FormatChoice.Make(input, input.Probe is null ? stated.Format : null, input.Probe is null ? stated.SampleRate : null, usual, local: true, converter);
            report._measure = await AudioMeasure.RunAsync(input, own, cancellationToken);
            if (converter is not null && input.IsConverted)
            {
                await report.DescribeForeignAsync(converter, cancellationToken);
            }
        }
        catch (CliException unreadable)
        {
            report._problem ??= unreadable.Message;
        }

        return report;
    }

    /// <summary>Lines of label and value.</summary>
    public string Text()
    {
        var lines = new List<string> { $"file         {_input.Name}", $"container    {Container}" };
        Add("encoding", Encoding);
        Add("sample rate", SampleRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate} Hz") : null);
        Add("channels", Channels?.ToString(CultureInfo.InvariantCulture));
        Add("bits", BitsPerSample?.ToString(CultureInfo.InvariantCulture));
        Add("duration", DurationMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{TimeText.Caption(ms)} ({ms / 1000m:0.000} s)") : null);
        Add("loudness", _measure?.Loudness is { } loudness ? string.Create(CultureInfo.InvariantCulture, $"{loudness:0.0} LUFS") : _measure is null ? null : "silent");
        Add("silence", _measure?.SilenceShare is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %") : null);
        Add("--format", Format);
        Add("decodable", _probe is null ? null : _probe.CanDecode ? "yes" : "no");
        Add("to convert", Command);
        return string.Join('\n', lines);

        void Add(string label, string? value)
        {
            if (value is not null)
            {
                lines.Add(label.PadRight(13) + value);
            }
        }
    }

    /// <summary>The same as one JSON object.</summary>
    public string Json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file", _input.Name);
            json.WriteString("container", Container);
            json.WriteString("encoding", Encoding);
            WriteNumber("sample_rate", SampleRate);
            WriteNumber("channels", Channels);
            WriteNumber("bits_per_sample", BitsPerSample);
            WriteNumber("duration_ms", DurationMs);
            WriteNumber("loudness_lufs", Round(_measure?.Loudness, 1));
            WriteNumber("silence_share", Round(_measure?.SilenceShare, 3));
            json.WriteString("format", Format);
            json.WriteBoolean("decodable", _probe?.CanDecode == true);
            json.WriteString("warning", _input.Warning);
            json.WriteString("problem", Problem);
            json.WriteString("convert", Command);
            json.WriteEndObject();

            void WriteNumber(string property, decimal? value)
            {
                if (value is { } number)
                {
                    json.WriteNumber(property, number);
                }
                else
                {
                    json.WriteNull(property);
                }
            }
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private bool IsConvertible => _input.IsConverted && _measure is { Problem: null };

    private string Container => _probe?.Container ?? _foreign?.Container ?? "unknown";

    // What ffmpeg converted says nothing of the file itself.
    private AudioStreamInfo? Decoded => _input.IsConverted ? null : _measure?.Info;

    private string? Encoding => Decoded is { Container: not "raw" } info ? info.Encoding : _probe?.Encoding ?? _foreign?.Encoding;

    private int? SampleRate => Decoded is { Container: not "raw" } info ? info.SampleRate : _probe?.SampleRate ?? _foreign?.SampleRate;

    private int? Channels => Decoded is { Container: not "raw" } info ? info.Channels : _probe?.Channels ?? _foreign?.Channels;

    private int? BitsPerSample => _probe?.BitsPerSample ?? _foreign?.BitsPerSample;

    private long? DurationMs => _input.DurationMs ?? (_measure is { DurationMs: > 0 } measure ? measure.DurationMs : null);

    private string? Format => _probe?.Codec is { } codec ? FormatChoice.WireName(codec) : null;

    private string? Command => _problem is not null && (_input.IsConverted ? IsConvertible : _probe is not null) ? FfmpegCommand.For(_input.Name, _stated.FittingRate, _stated.FittingFormat) : null;

    private static decimal? Round(double? value, int digits) => value is { } number && double.IsFinite(number) ? Math.Round((decimal)number, digits) : null;

    // Once it is known what it is, and that it can be converted, that is all there is to tell.
    private async Task DescribeForeignAsync(string converter, CancellationToken cancellationToken)
    {
        if (_measure is { Problem: { } problem })
        {
            _problem = _probe is null ? _problem : $"{problem} ({_input.Name})";
            return;
        }

        _foreign = _input.IsPipe ? null : await ForeignFile.ReadAsync(converter, _input.Name, cancellationToken);
        if (!_isStatementWrong)
        {
            string what = Encoding is null || Encoding == Container ? Container : $"{Encoding} in {Container}";
            _problem = $"the audio is {what}, which is none of the formats {string.Join(' ', AudioFormat.All)} ({_input.Name}): paraformer transcribe converts it on the way, for other programs convert it";
        }
    }

    private void CheckModel(int sampleRate)
    {
        if (_stated.ModelRate is { } rate && sampleRate != rate)
        {
            _problem = $"{_stated.Model} takes {rate} Hz only, and the audio has {sampleRate} Hz ({_input.Name}): convert it, or use paraformer-realtime-v2";
            _isStatementWrong = true;
        }
    }
}
