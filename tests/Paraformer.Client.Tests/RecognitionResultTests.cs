using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests;

public sealed class RecognitionResultTests
{
    [Fact]
    public void A_partial_is_not_an_end_and_has_no_usage()
    {
        var partial = new Sentence { BeginTime = 10, Text = "he" };
        var result = new RecognitionResult { RequestId = "r", Sentence = partial };

        Assert.False(result.IsFinal);
        Assert.False(RecognitionResult.IsSentenceEnd(partial));
        Assert.False(RecognitionResult.IsSentenceEnd(null));
        Assert.Null(result.GetUsage(partial));
        Assert.Null(result.GetUsage(null));
        Assert.Empty(result.GetSentences());
        Assert.Equal("200 r [partial 10- ms] he", result.ToString());
    }

    [Fact]
    public void A_final_has_its_usage_and_no_other_sentences()
    {
        var final = new Sentence { BeginTime = 10, EndTime = 900, Text = "hello." };
        var result = new RecognitionResult { RequestId = "r", Sentence = final, Usage = new Usage(1) };

        Assert.True(result.IsFinal);
        Assert.Same(final, Assert.Single(result.Sentences));
        Assert.Equal(new Usage(1), result.GetUsage(result.GetSentence()));
        Assert.Null(result.GetUsage(final with { EndTime = 901 }));
        Assert.Equal("200 r [final 10-900 ms] hello.", result.ToString());
    }

    [Fact]
    public async Task Emotion_is_read_from_the_sentence()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            await task.SendSentenceAsync(new Sentence { EndTime = 1, SentenceEnd = true, Text = "x", EmoTag = "positive", EmoConfidence = 0.875 });
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        var options = new RecognitionOptions(ParaformerModel.Realtime8kV2, AudioFormat.Pcm, 8000);

        RecognitionResult result = Assert.Single(await client.RecognizeAsync(new MemoryStream([1, 2]), options, TestLimit.Token).ToListAsync(TestLimit.Token));

        Assert.Equal(("positive", 0.875), (result.Sentence!.EmoTag, result.Sentence.EmoConfidence));
    }

    [Fact]
    public void A_failure_reads_as_status_code_and_message()
    {
        var failure = new RecognitionFailedException(ErrorCodes.ModelNotFound, "Model can not be found.", requestId: "r");

        Assert.Equal("44 r ModelNotFound: Model can not be found.", RecognitionResult.FromFailure(failure, "other").ToString());
    }
}
