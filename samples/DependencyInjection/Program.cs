// The client from dependency injection, behind the speech-to-text interface of Microsoft.Extensions.AI.
// usage: DependencyInjection FILE.wav
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: DependencyInjection FILE.wav");
    return 2;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services.AddParaformer(builder.Configuration.GetSection("Paraformer"));
using IHost host = builder.Build();

ISpeechToTextClient speech = host.Services.GetRequiredService<ISpeechToTextClient>();
await using FileStream audio = File.OpenRead(args[0]);
SpeechToTextResponse response = await speech.GetTextAsync(audio, new SpeechToTextOptions { SpeechLanguage = "en-US" });
Console.WriteLine($"{response.StartTime} - {response.EndTime}  {response.Text}");
return 0;
