// Makes a hot-word list, recognises a file with it, and deletes it again.
// usage: HotWords FILE.wav WORD ...
using Paraformer.Client;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: HotWords FILE.wav WORD ...");
    return 2;
}

using var vocabularies = new VocabularyService();
string id = vocabularies.CreateVocabulary("paraformer-realtime-v2", "sample", [.. args[1..].Select(word => new VocabularyWord(word, Weight: 4))]);
Console.WriteLine($"vocabulary: {id}");
try
{
    using var recognition = new Recognition("paraformer-realtime-v2", callback: null, format: "wav", sampleRate: 16000) { VocabularyId = id, LanguageHints = ["en"] };
    RecognitionResult result = recognition.Call(args[0]);
    foreach (var sentence in result.GetSentences())
    {
        Console.WriteLine(sentence.Text);
    }

    if (result.StatusCode != RecognitionStatus.Ok)
    {
        Console.Error.WriteLine($"{result.Code}: {result.Message}");
    }

    return result.StatusCode == RecognitionStatus.Ok ? 0 : 1;
}
finally
{
    vocabularies.DeleteVocabulary(id);
}
